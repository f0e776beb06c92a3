namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The tests that use the machine's engine: one after the other, with one image.</summary>
[CollectionDefinition(Name)]
public sealed class DockerCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker engine";
}

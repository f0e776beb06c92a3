namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The tests of the machine's engine itself, of its own networks and images, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class DockerCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker engine";
}

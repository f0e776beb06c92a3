namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Tests that need nothing of the engine but apps of their own, which share it with those of <see cref="DockerCollection"/>.</summary>
[CollectionDefinition(Name)]
public sealed class DockerAppsCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker apps";
}

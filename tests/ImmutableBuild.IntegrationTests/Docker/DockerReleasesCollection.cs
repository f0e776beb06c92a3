namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Release after release of apps that share the engine with those of <see cref="DockerAppsCollection"/>: a row of its own, since one for all would last as long as everything else.</summary>
[CollectionDefinition(Name)]
public sealed class DockerReleasesCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker releases";
}

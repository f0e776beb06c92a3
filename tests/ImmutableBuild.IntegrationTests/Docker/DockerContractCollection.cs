namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The contract of targets, whose apps share the engine with those of <see cref="DockerAppsCollection"/>: a row of its own, since one for all would last as long as everything else.</summary>
[CollectionDefinition(Name)]
public sealed class DockerContractCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker contract";
}

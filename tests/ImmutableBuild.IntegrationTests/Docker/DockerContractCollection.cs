namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The contract of targets, whose apps share the engine with those of <see cref="DockerAppsCollection"/>: a row of its own, since it is as long as that one.</summary>
[CollectionDefinition(Name)]
public sealed class DockerContractCollection : ICollectionFixture<DockerEngine>, ICollectionFixture<DockerApps>
{
    public const string Name = "Docker contract";
}

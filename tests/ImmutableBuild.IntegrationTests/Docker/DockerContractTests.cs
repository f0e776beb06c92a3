using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The docker target on a real engine: gateways and instances in containers.</summary>
[Collection(DockerContractCollection.Name)]
public sealed class DockerContractTests(DockerEngine engine, DockerApps apps) : GatewayTargetContract
{
    protected override IServingFixture CreateServingFixture() => new DockerTargetBed(engine, apps);
}

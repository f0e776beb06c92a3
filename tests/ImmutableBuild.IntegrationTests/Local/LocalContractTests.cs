using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>The local target with real gateways, keepers and instances.</summary>
public sealed class LocalContractTests : GatewayTargetContract
{
    protected override IServingFixture CreateServingFixture() => new LocalBed();
}

using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>A test bed whose target serves real requests.</summary>
public interface IServingFixture : IContractFixture
{
    /// <summary>Sends a request that takes <paramref name="duration"/> to answer; whether it was answered in full.</summary>
    Task<bool> RequestAsync(AppKey app, TimeSpan duration);
}

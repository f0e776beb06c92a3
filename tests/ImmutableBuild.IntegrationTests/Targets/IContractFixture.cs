using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>How the app of the contract behaves.</summary>
public enum AppVariant
{
    /// <summary>Healthy soon after its start, answers everything.</summary>
    Healthy,

    /// <summary>Its process runs but its port never opens.</summary>
    NeverListens,

    /// <summary>Its health path answers 500.</summary>
    Answers500,

    /// <summary>Healthy at first, exits with code 134 about four seconds after its start.</summary>
    CrashesSoon,
}

/// <summary>What the contract suite needs of a target's test bed. One bed a test; it cleans up after itself.</summary>
public interface IContractFixture : IAsyncDisposable
{
    /// <summary>The target under test.</summary>
    IDeploymentTarget Target { get; }

    /// <summary>The same system seen from another process, or the nearest thing to it.</summary>
    IDeploymentTarget Elsewhere { get; }

    /// <summary>The clock that delays run by.</summary>
    TimeProvider Time { get; }

    /// <summary>An app of this bed alone.</summary>
    AppKey App { get; }

    /// <summary>The same app in another environment on the same system.</summary>
    AppKey OtherEnvironment { get; }

    /// <summary>Something the target can create. Different versions are different generations.</summary>
    GenerationSpec Spec(AppKey app, AppVariant variant, int version = 1, int instances = 1);

    /// <summary>How long anything that comes about by itself may take: instances that get healthy, an entry that follows its route, a generation that goes.</summary>
    TimeSpan Patience => TimeSpan.FromMinutes(3);

    /// <summary>Lets time pass.</summary>
    Task PauseAsync(TimeSpan time);

    /// <summary>Sends one request through the public entry; the generation that answered it, null when none did.</summary>
    Task<GenerationId?> AskAsync(AppKey app);
}

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ImmutableBuild.Nuke;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Shells;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

namespace ImmutableBuild.NukeBuilds;

/// <summary>Every component, over a release that only says what it was asked for.</summary>
internal sealed class ComponentBuild : NukeBuild, IRelease
{
    [Parameter("A secret of the app's", Name = "AppKey")]
    [Secret]
    private readonly string? _appKey;

    public static int Run() => Execute<ComponentBuild>(x => ((IRelease)x).Release);

    IReadOnlyDictionary<string, string?> IHazRelease.SecretValues => new Dictionary<string, string?> { ["APP_KEY"] = _appKey };

    Configure<OptionSettings> IHealthGate.HealthGateSettings => _ => _.Set(OptionCatalogue.Soak, "7s");

    Task<IProjectRelease> IHazRelease.OpenReleaseAsync(ProjectReleaseRequest request, bool compile, CancellationToken cancellationToken) => Task.FromResult<IProjectRelease>(new ToldRelease(request, compile));
}

/// <summary>The same, with targets of the user's own between the stages.</summary>
internal sealed class SmokeBuild : NukeBuild, IRelease
{
    [Parameter("Which targets fail", Name = "Failing")]
    private readonly string[] _failing = [];

    public static int Run() => Execute<SmokeBuild>(x => ((IRelease)x).Release);

    Target Unit => _ => _.DependentFor<ICompile>().Executes(() => FailIfAsked("Unit"));

    Target Warm => _ => _.DependsOn<IDeploy>().DependentFor<IHealthGate>().Executes(() => FailIfAsked("Warm"));

    Target Smoke => _ => _.DependsOn<IHealthGate>().DependentFor<IDestroyOld>().Executes(() => FailIfAsked("Smoke"));

    Target Announce => _ => _.DependsOn<IRelease>().Executes(() => FailIfAsked("Announce"));

    Task<IProjectRelease> IHazRelease.OpenReleaseAsync(ProjectReleaseRequest request, bool compile, CancellationToken cancellationToken) => Task.FromResult<IProjectRelease>(new ToldRelease(request, compile));

    private void FailIfAsked(string target)
    {
        Console.WriteLine($"ran {target}");
        if (Environment.GetEnvironmentVariable("HANGING") == target)
        {
            Console.WriteLine($"{target} waits");
            Thread.Sleep(Timeout.Infinite);
        }

        if (Array.Exists(_failing, failing => failing == target))
        {
            throw new InvalidOperationException($"{target} fails as it was told to");
        }
    }
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Drift;

/// <summary>What runs, compared with what was released.</summary>
/// <param name="App">The app.</param>
/// <param name="At">When, by the target's clock.</param>
/// <param name="Live">The generation with the most traffic; null when none has any.</param>
/// <param name="Findings">What differs, none when all is as released.</param>
/// <param name="Lease">Who is changing the app right now, whose work may show as drift; null when nobody is.</param>
public sealed record DriftReport(AppKey App, DateTimeOffset At, GenerationId? Live, ImmutableArray<DriftFinding> Findings, LeaseState? Lease)
{
    /// <summary>Whether anything differs.</summary>
    public bool IsDrifted => !Findings.IsEmpty;

    /// <summary>Whether anything is released at all.</summary>
    [JsonIgnore]
    public bool Runs => Live is not null || IsDrifted;

    /// <summary>Compares what runs with what was released. Needs no lease and changes nothing.</summary>
    public static async Task<DriftReport> FindAsync(IDeploymentTarget target, AppKey app, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = await target.FindDriftAsync(app, cancellationToken);
        if (findings.Any(finding => finding.Kind == DriftKind.Gateway))
        {
            // A gateway that was tampered with may be unable to answer: the findings are reported without an observation then.
            try
            {
                return Of(await target.ObserveAsync(app, cancellationToken), findings);
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                return new DriftReport(app, time.GetUtcNow(), null, findings, null);
            }
        }

        return Of(await target.ObserveAsync(app, cancellationToken), findings);
    }

    private static DriftReport Of(Observation observed, ImmutableArray<DriftFinding> findings) =>
        new(observed.App, observed.ObservedAt, observed.Serving, findings, observed.Lease);
}

using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Shells;

/// <summary>The release of a project, for a shell that runs the stages in its own process.</summary>
public interface IProjectRelease
{
    /// <summary>Its options, the shell's settings among them.</summary>
    ReleaseOptions Options { get; }

    /// <summary>The page about the release, for people.</summary>
    string ReportFile { get; }

    /// <summary>The record as the stages so far left it. IMB1201 when there is none.</summary>
    Task<ReleaseRecord> ReadRecordAsync(CancellationToken cancellationToken);

    /// <summary>Runs one stage in this process, continuing from the record.</summary>
    /// <param name="stage">Any but Compile.</param>
    /// <param name="keepsLease">The next stage follows in this process; where it never comes, <see cref="RouteBackAsync"/> has to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<ReleaseRecord> RunAsync(StageName stage, bool keepsLease, CancellationToken cancellationToken);

    /// <summary>Ends a whole release: writes the report, and answers its closing lines.</summary>
    Task<ImmutableArray<string>> EndAsync(CancellationToken cancellationToken);

    /// <summary>Undoes what Deploy and HealthGate did (<see cref="RouteBack"/>).</summary>
    /// <param name="failedCheck">The name of what failed, by which the generation failed; null where the build was interrupted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<RouteBackResult> RouteBackAsync(string? failedCheck, CancellationToken cancellationToken);

    /// <summary>Goes back to what was live before, or to the generation that <c>ImmutableRollbackTo</c> names.</summary>
    Task<RollbackResult> RollbackAsync(CancellationToken cancellationToken);

    /// <summary>Brings what <c>ImmutablePromoteFrom</c> or <c>ImmutablePromoteImage</c> names into this environment, by its digest.</summary>
    Task<ReleaseRecord> PromoteAsync(CancellationToken cancellationToken);

    /// <summary>What runs.</summary>
    Task<Status> StatusAsync(CancellationToken cancellationToken);

    /// <summary>What runs, compared with what was released; written to <c>ImmutableDriftFile</c> as well.</summary>
    Task<DriftReport> DriftAsync(CancellationToken cancellationToken);

    /// <summary>Takes the app down. Answers what is gone; the history stays.</summary>
    Task<IReadOnlyList<GenerationId>> StopAsync(CancellationToken cancellationToken);

    /// <summary>Scans what is live again, with what is known today.</summary>
    Task RescanAsync(Action<ScanAnswer> found, CancellationToken cancellationToken);
}

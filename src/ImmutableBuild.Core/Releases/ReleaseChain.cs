using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases;

/// <summary>What the chain's order means for the record: what a stage needs, and what it makes obsolete.</summary>
public static class ReleaseChain
{
    /// <summary>The stages in order.</summary>
    public static ImmutableArray<StageName> Stages { get; } = [.. Enum.GetValues<StageName>().Order()];

    /// <summary>A new record, which begins with what Compile made.</summary>
    public static ReleaseRecord Begin(string releaseId, ReleaseOptions options, CompileRecord compile, TimeSpan elapsed) => new()
    {
        ReleaseId = releaseId,
        App = options.App,
        Options = options.Given,
        Compile = compile,
        Elapsed = ImmutableSortedDictionary<StageName, TimeSpan>.Empty.Add(StageName.Compile, elapsed),
    };

    /// <summary>Throws IMB1203 unless the record was made for <paramref name="app"/> from <paramref name="commit"/>.</summary>
    public static void RequireSame(ReleaseRecord record, AppKey app, CommitSha commit, string file)
    {
        if (record.App != app)
        {
            throw RecordErrors.Stale(file, "the app", record.App.ToString(), app.ToString());
        }

        if (record.Compile.Commit != commit)
        {
            throw RecordErrors.Stale(file, "the commit", record.Compile.Commit.ToString(), commit.ToString());
        }
    }

    /// <summary>Whether <paramref name="stage"/> has filled in its part.</summary>
    public static bool Has(ReleaseRecord record, StageName stage) => stage switch
    {
        StageName.Compile => true,
        StageName.Bake => record.Bake is not null,
        StageName.Scan => record.Scan is not null,
        StageName.Sign => record.Sign is not null,
        StageName.Push => record.Push is not null,
        StageName.Deploy => record.Deploy is not null,
        StageName.HealthGate => record.HealthGate is not null,
        StageName.DestroyOld => record.DestroyOld is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, null),
    };

    /// <summary>Throws IMB1204 unless every stage before <paramref name="stage"/> has run. A promotion begins with Deploy.</summary>
    public static void RequireEarlier(ReleaseRecord record, StageName stage)
    {
        var first = record.Promoted is not null && stage >= StageName.Deploy ? StageName.Deploy : StageName.Compile;
        var missing = Stages.Where(earlier => earlier >= first && earlier < stage && !Has(record, earlier)).Cast<StageName?>().FirstOrDefault();
        if (missing is { } name)
        {
            throw RecordErrors.StageMissing(stage, name);
        }
    }

    /// <summary>The record without the parts of <paramref name="stage"/> and all after it: they spoke of something that is about to change.</summary>
    public static ReleaseRecord ClearFrom(ReleaseRecord record, StageName stage) => record with
    {
        Promoted = stage < StageName.Deploy ? null : record.Promoted,
        Bake = stage <= StageName.Bake ? null : record.Bake,
        Scan = stage <= StageName.Scan ? null : record.Scan,
        Sign = stage <= StageName.Sign ? null : record.Sign,
        Push = stage <= StageName.Push ? null : record.Push,
        Deploy = stage <= StageName.Deploy ? null : record.Deploy,
        HealthGate = stage <= StageName.HealthGate ? null : record.HealthGate,
        DestroyOld = null,
        Elapsed = record.Elapsed.RemoveRange(record.Elapsed.Keys.Where(name => name >= stage)),
    };
}

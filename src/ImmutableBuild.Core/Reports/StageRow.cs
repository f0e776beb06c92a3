using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>What became of a stage.</summary>
public enum StageState
{
    /// <summary>It ended well.</summary>
    Done,

    /// <summary>It refused.</summary>
    Failed,

    /// <summary>It was not run.</summary>
    NotRun,
}

/// <summary>One stage in a report.</summary>
/// <param name="Stage">Which one.</param>
/// <param name="State">What became of it.</param>
/// <param name="Start">Time the stages before it took together.</param>
/// <param name="Elapsed">Its own time; null where none was noted.</param>
/// <param name="Summary">What it found or made, in one line; empty when it did not run.</param>
public sealed record StageRow(StageName Stage, StageState State, TimeSpan Start, TimeSpan? Elapsed, string Summary)
{
    /// <summary>What <paramref name="stage"/> left in <paramref name="record"/>, in one line; null when it left nothing.</summary>
    public static string? Summarise(ReleaseRecord record, StageName stage) => stage switch
    {
        StageName.Compile => $"{record.Compile.Commit.Abbreviated}{(record.Compile.Dirty ? ", with uncommitted changes" : "")}, version {record.Compile.Version}{string.Concat(record.Compile.Published.Select((output, index) => $"{(index == 0 ? "," : "")} {output.RuntimeIdentifier}"))}",
        StageName.Bake => record.Bake is { } bake ? Summarise(bake) : null,
        StageName.Scan => record.Scan is { } scan ? $"{Units.Count(scan.Components, "component")}, {Units.Count(scan.Findings.Values.Sum(), "finding")}, verdict {scan.Verdict}" : null,
        StageName.Sign => record.Sign is { Identity: { } identity } ? identity : record.Sign is { } sign ? $"key {sign.KeyId[..Math.Min(12, sign.KeyId.Length)]}…" : null,
        StageName.Push => record.Push is { } push ? $"{string.Join(", ", push.Mirrors.Select(mirror => mirror.Repository).Prepend(push.Repository))}, {(push.AlreadyThere ? "already there" : $"{Units.Bytes(push.BytesSent)} sent")}" : null,
        StageName.Deploy => record.Deploy is { } deploy ? $"{deploy.Spec.Id}, {(deploy.AlreadyLive ? "already live" : Units.Count(deploy.Spec.Size, "instance"))}" : null,
        StageName.HealthGate => record.HealthGate is { } gate ? Summarise(gate) : null,
        StageName.DestroyOld => record.DestroyOld is { } destroyed ? $"{destroyed.Destroyed.Length} destroyed, {destroyed.Kept.Length} kept for rollback{(destroyed.RequestsLost == 0 ? "" : $", {Units.RequestsLost(destroyed.RequestsLost)} while draining")}" : null,
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    private static string Summarise(BakeRecord bake) =>
        $"{Short(bake.Digest)}, {Units.Count(bake.Layers.Length, "layer")}, {Units.Bytes(bake.Layers.Sum(layer => layer.Size))}, {bake.Layers.Count(layer => layer.Reused)} re-used";

    private static string Summarise(HealthGateRecord gate) =>
        $"{gate.Live} is live"
        + (gate.Replaced is { } replaced ? $", replaced {replaced}" : "")
        + (gate.SwitchTime is { } time ? $", switched in {Units.Duration(time)}" : "")
        + $", {Units.RequestsLost(gate.RequestsLost)}";

    private static string Short(Digest digest) => $"sha256:{digest.Hex[..12]}";
}

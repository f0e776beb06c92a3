using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tool.Output;

/// <summary>What a release made, in short. <see cref="Record"/> names the file that has everything.</summary>
internal sealed record ReleasedAnswer(
    AppKey App,
    CommitSha Commit,
    Digest Image,
    string? PromotedFrom,
    GenerationId Live,
    bool WasLiveAlready,
    GenerationId? Replaced,
    string? Url,
    long? RequestsLost,
    double? SwitchMilliseconds,
    ImmutableArray<GenerationId> Destroyed,
    ImmutableSortedDictionary<string, double> StageMilliseconds,
    string Record)
{
    /// <summary>Reads a whole release's record; null when the gate has not ended.</summary>
    public static ReleasedAnswer? Of(ReleaseRecord record, string file) => record is { Deploy: { } deploy, HealthGate: { } gate }
        ? new ReleasedAnswer(
            record.App,
            record.Compile.Commit,
            deploy.Spec.Image,
            record.Promoted?.From,
            gate.Live,
            deploy.AlreadyLive,
            gate.Replaced,
            gate.Url,
            gate.RequestsLost,
            gate.SwitchTime?.TotalMilliseconds,
            record.DestroyOld?.Destroyed ?? [],
            record.Elapsed.ToImmutableSortedDictionary(stage => stage.Key.ToString(), stage => stage.Value.TotalMilliseconds),
            file)
        : null;
}

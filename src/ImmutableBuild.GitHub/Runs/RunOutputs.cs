using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImmutableBuild.Releases;

namespace ImmutableBuild.GitHub.Runs;

/// <summary>The outputs of a workflow's step, as far as a record has them.</summary>
public static class RunOutputs
{
    /// <summary>What <paramref name="stage"/> has put into the record, by the output's name. Which names there are is part of the product's surface.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Of(ReleaseRecord record, StageName stage) => stage switch
    {
        StageName.Bake when record.Bake is { } bake => [Pair("digest", bake.Digest.ToString())],
        StageName.Push when record.Push is { } push => [Pair("digest", push.Digest.ToString()), Pair("image", $"{push.Repository}@{push.Digest}")],
        StageName.Deploy when record.Deploy is { } deploy => [Pair("generation", deploy.Spec.Id.ToString()), Pair("digest", deploy.Spec.Image.ToString()), Pair("image", $"{deploy.Spec.Repository}@{deploy.Spec.Image}")],
        StageName.HealthGate when record.HealthGate is { } gate =>
        [
            Pair("generation", gate.Live.ToString()),
            Pair("url", gate.Url ?? ""),
            Pair("replaced", gate.Replaced?.ToString() ?? ""),
            Pair("changed", record.Deploy is { AlreadyLive: true } ? "false" : "true"),
            Lost(record.RequestsLost),
        ],
        StageName.DestroyOld => [Lost(record.RequestsLost)],
        _ => [],
    };

    /// <summary>What a rollback did.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Of(LiveChange change) =>
    [
        Pair("digest", change.Live.Image.ToString()),
        Pair("image", $"{change.Live.Repository}@{change.Live.Image}"),
        Pair("generation", change.Live.Id.ToString()),
        Pair("url", change.Url ?? ""),
        Pair("replaced", change.Replaced?.ToString() ?? ""),
        Pair("changed", "true"),
        Lost(change.RequestsLost),
    ];

    /// <summary>The lines for the file of outputs. A value's end is a word that nobody could know before, so that no value can hold it.</summary>
    /// <param name="outputs">Names and values.</param>
    /// <param name="ends">Gives a word that was never used before.</param>
    public static string Lines(IEnumerable<KeyValuePair<string, string>> outputs, Func<string> ends)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in outputs)
        {
            var end = ends();
            text.Append($"{name}<<{end}\n{value}\n{end}\n");
        }

        return text.ToString();
    }

    private static KeyValuePair<string, string> Lost(long? requests) => Pair("requests-lost", requests?.ToString(CultureInfo.InvariantCulture) ?? "");

    private static KeyValuePair<string, string> Pair(string name, string value) => KeyValuePair.Create(name, value);
}

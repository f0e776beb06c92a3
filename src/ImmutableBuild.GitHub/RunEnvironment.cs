using System.Globalization;

namespace ImmutableBuild.GitHub;

/// <summary>What a workflow's run says of itself (GitHub docs, "Default environment variables").</summary>
internal static class RunEnvironment
{
    /// <summary>Whether this is a workflow's run.</summary>
    public static bool IsRun(Func<string, string?> readVariable) => readVariable("GITHUB_ACTIONS") == "true";

    /// <summary>The page of the run, with its log; null outside of one.</summary>
    public static string? Page(Func<string, string?> readVariable) =>
        IsRun(readVariable)
        && Server(readVariable) is { } server
        && readVariable("GITHUB_REPOSITORY") is { Length: > 0 } repository
        && Number(readVariable("GITHUB_RUN_ID")) is { } run
            ? $"{server}/{Uri.EscapeDataString(repository).Replace("%2F", "/", StringComparison.Ordinal)}/actions/runs/{run}{(Number(readVariable("GITHUB_RUN_ATTEMPT")) is { } attempt ? $"/attempts/{attempt}" : "")}"
            : null;

    /// <summary>GitHub's pages, without a slash at the end; null outside of a run.</summary>
    public static string? Server(Func<string, string?> readVariable) =>
        IsRun(readVariable) && Uri.TryCreate(readVariable("GITHUB_SERVER_URL"), UriKind.Absolute, out var server) && server.Scheme is "https" or "http"
            ? server.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : null;

    private static string? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null;
}

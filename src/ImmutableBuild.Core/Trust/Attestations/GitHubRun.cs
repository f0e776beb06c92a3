using System.Text.Json;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// The run of GitHub Actions that a release is part of, as its documented variables tell (GitHub Docs, "Default environment variables"). Tokens are never read.
/// </summary>
/// <param name="Server">The server, <c>https://github.com</c>.</param>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="ReadVariable">Reads a variable.</param>
internal sealed record GitHubRun(string Server, string Repository, Func<string, string?> ReadVariable)
{
    private static readonly (string Member, string Variable)[] Facts =
    [
        ("event_name", "GITHUB_EVENT_NAME"), ("repository_id", "GITHUB_REPOSITORY_ID"), ("repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID"), ("runner_environment", "RUNNER_ENVIRONMENT"),
    ];

    /// <summary>The address of the run and its attempt; null where the variables don't say.</summary>
    public string? InvocationId => ReadVariable("GITHUB_RUN_ID") is { Length: > 0 } run ? $"{Server}/{Repository}/actions/runs/{run}/attempts/{ReadVariable("GITHUB_RUN_ATTEMPT") ?? "1"}" : null;

    /// <summary>Reads it; null elsewhere.</summary>
    public static GitHubRun? Read(Func<string, string?> readVariable) =>
        readVariable("GITHUB_ACTIONS") == "true" && readVariable("GITHUB_REPOSITORY") is { Length: > 0 } repository
            ? new GitHubRun(readVariable("GITHUB_SERVER_URL") is { Length: > 0 } server ? server : "https://github.com", repository, readVariable)
            : null;

    /// <summary>Writes the workflow, as GitHub's own attestations have it (actions/toolkit, attest). Its variable reads <c>owner/name/path@ref</c>.</summary>
    public void WriteWorkflow(Utf8JsonWriter json)
    {
        var reference = ReadVariable("GITHUB_WORKFLOW_REF") ?? "";
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !reference.StartsWith($"{Repository}/", StringComparison.Ordinal))
        {
            return;
        }

        json.WriteStartObject("workflow");
        json.WriteString("ref", reference[(at + 1)..]);
        json.WriteString("repository", $"{Server}/{Repository}");
        json.WriteString("path", reference[(Repository.Length + 1)..at]);
        json.WriteEndObject();
    }

    /// <summary>Writes what is known of the run beside that.</summary>
    public void WriteInternal(Utf8JsonWriter json)
    {
        json.WriteStartObject("internalParameters");
        json.WriteStartObject("github");
        foreach (var (member, variable) in Facts)
        {
            if (ReadVariable(variable) is { Length: > 0 } value)
            {
                json.WriteString(member, value);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

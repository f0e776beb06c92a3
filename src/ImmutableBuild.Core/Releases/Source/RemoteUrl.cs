using System.Text.RegularExpressions;

namespace ImmutableBuild.Releases.Source;

/// <summary>
/// The public form of a remote: <c>https://host/path</c>, whichever way the clone was made. The same commit thus bakes the
/// same image in every clone, and no credential gets into it.
/// </summary>
internal static partial class RemoteUrl
{
    /// <summary>The public form; null for none, and for a place on this machine.</summary>
    public static string? WithoutCredentials(string remote)
    {
        if (ScpForm.Match(remote) is { Success: true } scp && !remote.Contains("://", StringComparison.Ordinal))
        {
            return Https(scp.Groups["host"].Value, -1, scp.Groups["path"].Value);
        }

        return Uri.TryCreate(remote, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" or "ssh" or "git" && url.Host.Length > 0
            ? Https(url.Host, url.Scheme is "https" or "http" && !url.IsDefaultPort ? url.Port : -1, url.AbsolutePath)
            : null;
    }

    private static string Https(string host, int port, string path)
    {
        var trimmed = path.Trim('/');
        var name = trimmed.EndsWith(".git", StringComparison.Ordinal) ? trimmed[..^4] : trimmed;
        return $"https://{host}{(port < 0 ? "" : $":{port}")}/{name}";
    }

    // user@host:path, but not C:\path; gitrevisions calls it the scp-like syntax.
    [GeneratedRegex(@"\A(?:[^@/:]+@)?(?<host>[A-Za-z0-9][A-Za-z0-9.-]+):(?<path>[^\\:][^:]*)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScpForm { get; }
}

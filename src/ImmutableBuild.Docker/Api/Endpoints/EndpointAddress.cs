using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api.Endpoints;

/// <summary>Reads addresses as DOCKER_HOST and docker contexts have them.</summary>
internal static partial class EndpointAddress
{
    private const int LongestAddress = 1024;

    // sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the closing zero.
    private const int LongestSocketPath = 103;

    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>
    /// The endpoint of <paramref name="address"/>; throws IMB6200 when it is none. <paramref name="source"/> says where it was found, and
    /// <paramref name="tls"/> is null where TCP is to be plain.
    /// </summary>
    public static DockerEndpoint Parse(string address, string source, TlsFiles? tls)
    {
        if (address.Length > LongestAddress)
        {
            throw DockerErrors.EndpointInvalid(source, "…", $"it has more than {LongestAddress} characters");
        }

        var colon = address.IndexOf("://", StringComparison.Ordinal);
        var rest = colon < 0 ? "" : address[(colon + 3)..];
        return (colon < 0 ? "" : address[..colon].ToLowerInvariant()) switch
        {
            "unix" => Unix(rest, address, source),
            "npipe" => Pipe(rest, address, source),
            "tcp" or "http" => Tcp(rest, address, source, tls),
            "https" => Tcp(rest, address, source, tls ?? throw Invalid(address, source, "TLS needs DOCKER_TLS_VERIFY=1 and the files of DOCKER_CERT_PATH")),
            "ssh" => Ssh(rest, address, source),
            _ => throw Invalid(address, source, "its scheme is none of unix, npipe, tcp, ssh"),
        };
    }

    private static UnixSocketEndpoint Unix(string path, string address, string source)
    {
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid(address, source, "the socket's path is not absolute");
        }

        return Encoding.UTF8.GetByteCount(path) <= LongestSocketPath
            ? new UnixSocketEndpoint(path)
            : throw Invalid(address, source, $"the socket's path has more than {LongestSocketPath} bytes");
    }

    private static NamedPipeEndpoint Pipe(string rest, string address, string source) =>
        PipePath().Match(rest.Replace('\\', '/')) is { Success: true } match
            ? new NamedPipeEndpoint(match.Groups["server"].Value, match.Groups["pipe"].Value)
            : throw Invalid(address, source, "the pipe is not of the form //./pipe/name");

    private static TcpEndpoint Tcp(string rest, string address, string source, TlsFiles? tls)
    {
        var match = HostAndPort().Match(rest);
        if (!match.Success || match.Groups["user"].Success)
        {
            throw Invalid(address, source, "expected a host and a port, and nothing else");
        }

        return new TcpEndpoint(match.Groups["host"].Value.Trim('[', ']'), Port(match, address, source) ?? (tls is null ? PlainPort : TlsPort), tls);
    }

    private static SshEndpoint Ssh(string rest, string address, string source)
    {
        var match = HostAndPort().Match(rest);
        if (!match.Success)
        {
            throw Invalid(address, source, "expected user@host and at most a port: a password or a path is not taken");
        }

        return new SshEndpoint(match.Groups["user"] is { Success: true } user ? user.Value : null, match.Groups["host"].Value.Trim('[', ']'), Port(match, address, source));
    }

    private static int? Port(Match match, string address, string source)
    {
        if (!match.Groups["port"].Success)
        {
            return null;
        }

        return int.Parse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture) is var port and >= 1 and <= 65535
            ? port
            : throw Invalid(address, source, "the port is not within 1-65535");
    }

    // What stands before an @ may hold a password, and messages end up in logs.
    private static ImmutableBuildException Invalid(string address, string source, string why) =>
        DockerErrors.EndpointInvalid(source, address.LastIndexOf('@') is var at and >= 0 ? "…" + address[at..] : address, why);

    [GeneratedRegex(@"^//(?<server>[A-Za-z0-9.-]+)/pipe/(?<pipe>[^/]{1,256})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PipePath();

    // Names are kept to letters that mean nothing to ssh or a shell, and don't begin with a dash.
    [GeneratedRegex(@"^((?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:(?<port>[0-9]{1,5}))?/?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HostAndPort();
}

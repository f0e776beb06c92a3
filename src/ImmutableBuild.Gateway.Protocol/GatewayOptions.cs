using System.Globalization;
using System.Net;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway;

/// <summary>
/// The command line of a gateway's process, <c>ImmutableBuild.Gateway keep</c> and the options below. It is to be started in a
/// session of its own with a file as its output (<c>ImmutableBuild.Processes</c> does that). A starter asks the control socket
/// until it answers, or finds the process ended; its output then says why.
/// </summary>
/// <param name="StateDirectory">Absolute path of the directory that holds everything of this app and environment.</param>
/// <param name="App">The one app and environment it serves.</param>
/// <param name="Port">The public port; 0 to choose a free one at the first start and keep it; null for an app that listens on nothing.</param>
/// <param name="Bind">The address it listens on; null for the one it had, which is loopback at first.</param>
public sealed record GatewayOptions(string StateDirectory, AppKey App, int? Port, IPAddress? Bind = null)
{
    /// <summary>
    /// The option that names whose requests count as this machine's own; its one value is <see cref="Router"/>: those that come from the default router. A container sees
    /// its host so, where the host publishes the port on its loopback address alone.
    /// </summary>
    public const string HostOption = "--host";

    /// <summary>The value of <see cref="HostOption"/>.</summary>
    public const string Router = "router";

    /// <summary>Whether requests from the default router count as this machine's own, so that their forwarded fields are believed.</summary>
    public bool HostIsRouter { get; init; }

    /// <summary>The arguments after the verb.</summary>
    public IReadOnlyList<string> ToArguments() =>
    [
        "--state", StateDirectory, "--app", App.App, "--environment", App.Environment,
        "--port", Port?.ToString(CultureInfo.InvariantCulture) ?? "none",
        .. Bind is null ? Array.Empty<string>() : ["--bind", Bind.ToString()],
        .. HostIsRouter ? [HostOption, Router] : Array.Empty<string>(),
    ];

    /// <summary>Reads the arguments after the verb; throws <see cref="FormatException"/> that names what is wrong.</summary>
    public static GatewayOptions Parse(ReadOnlySpan<string> arguments)
    {
        string? state = null, app = null, environment = null, port = null;
        IPAddress? bind = null;
        var hostIsRouter = false;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} has no value.");
            switch (arguments[i])
            {
                case "--state": state = value; break;
                case "--app": app = value; break;
                case "--environment": environment = value; break;
                case "--port": port = value; break;
                case "--bind":
                    bind = IPAddress.TryParse(value, out var address) ? address : throw new FormatException($"--bind {value} is no IP address.");
                    break;
                case HostOption:
                    hostIsRouter = value == Router ? true : throw new FormatException($"{HostOption} {value} is unknown; expected {Router}.");
                    break;
                default: throw new FormatException($"{arguments[i]} is no option; expected --state, --app, --environment, --port, --bind or {HostOption}.");
            }
        }

        if (state is null || app is null || environment is null || port is null)
        {
            throw new FormatException("Expected --state <directory> --app <name> --environment <name> --port <number or none>.");
        }

        return new GatewayOptions(Path.GetFullPath(state), new AppKey(app, environment), PortOf(port), bind) { HostIsRouter = hostIsRouter };
    }

    private static int? PortOf(string text)
    {
        if (text == "none")
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? port
            : throw new FormatException($"--port {text} is neither 0 to 65535 nor none.");
    }
}

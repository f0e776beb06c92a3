using System.Globalization;
using ImmutableBuild.Gateway;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The programs of the gateway's image.</summary>
internal static class GatewayCommand
{
    /// <summary>Where the state volume is mounted.</summary>
    public const string Volume = "/var/lib/immutable";

    /// <summary>The gateway's directory in it: a volume's root stays root's.</summary>
    public const string StateDirectory = Volume + "/state";

    /// <summary>Where the image has the gateway's program.</summary>
    public const string ProgramDirectory = "/gateway";

    /// <summary>The port the gateway serves on inside its container.</summary>
    public const int Port = 8080;

    /// <summary>Joins standard input and output to the control socket; whole, since a process that is added to a container has no entry point.</summary>
    public static IReadOnlyList<string> Connect { get; } = ["dotnet", ProgramDirectory + "/ImmutableBuild.Gateway.dll", "connect", "--state", StateDirectory];

    /// <summary>What the image's entry point is told: to end after <paramref name="limit"/>, and with it all that share its processes.</summary>
    public static IReadOnlyList<string> Limit(TimeSpan limit) => ["limit", ((long)Math.Ceiling(limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture)];

    /// <summary>What the image's entry point is told: to be the gateway of <paramref name="app"/>, with its keeper: a gateway that dies is back before the engine would notice.</summary>
    /// <param name="app">The app.</param>
    /// <param name="published">Where its port is published, null when it has none. What ends TLS on the host is believed who asked, and how, where nobody but the host reaches that port.</param>
    public static IReadOnlyList<string> Serve(AppKey app, PublishedPort? published) =>
    [
        "keep", "--state", StateDirectory, "--app", app.App, "--environment", app.Environment,
        "--port", published is not null ? Port.ToString(CultureInfo.InvariantCulture) : "none", "--bind", "0.0.0.0",
        .. published is { IsForHostAlone: true } ? [GatewayOptions.HostOption, GatewayOptions.Router] : Array.Empty<string>(),
    ];
}

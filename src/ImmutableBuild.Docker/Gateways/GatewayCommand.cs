using System.Globalization;
using ImmutableBuild.Gateway;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The programs of the gateway's image.</summary>
internal static class GatewayCommand
{
    /// <summary>Where the state volume is mounted.</summary>
    public const string Volume = "/var/lib/immutable";

    /// <summary>The gateway's directory in the volume, whose own root belongs to the user root.</summary>
    public const string StateDirectory = Volume + "/state";

    /// <summary>Where the image has the gateway's program.</summary>
    public const string ProgramDirectory = "/gateway";

    /// <summary>The port the gateway serves on inside its container.</summary>
    public const int Port = 8080;

    /// <summary>The command line that joins standard input and output to the control socket. It names the program too: a process that is added to a container gets no entry point.</summary>
    public static IReadOnlyList<string> Connect { get; } = ["dotnet", ProgramDirectory + "/ImmutableBuild.Gateway.dll", "connect", "--state", StateDirectory];

    /// <summary>The arguments with which the image's entry point ends after <paramref name="limit"/>, and with it all containers that share its process namespace.</summary>
    public static IReadOnlyList<string> Limit(TimeSpan limit) => ["limit", ((long)Math.Ceiling(limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture)];

    /// <summary>The arguments with which the image's entry point is the gateway of <paramref name="app"/> and its keeper, which starts a gateway that dies sooner than the engine would.</summary>
    /// <param name="app">The app.</param>
    /// <param name="published">Where its port is published, null when it has none. Where only the host reaches that port, the forwarded fields of a proxy on the host are believed.</param>
    public static IReadOnlyList<string> Serve(AppKey app, PublishedPort? published) =>
    [
        "keep", "--state", StateDirectory, "--app", app.App, "--environment", app.Environment,
        "--port", published is not null ? Port.ToString(CultureInfo.InvariantCulture) : "none", "--bind", "0.0.0.0",
        .. published is { IsForHostAlone: true } ? [GatewayOptions.HostOption, GatewayOptions.Router] : Array.Empty<string>(),
    ];
}

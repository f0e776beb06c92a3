using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>How keeper and gateway start each other: the same program with another verb, and nothing of the build's environment.</summary>
internal static class GatewayProgram
{
    private static readonly string[] PassedOn = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "SystemRoot", "TEMP", "TMP", "LOCALAPPDATA", "USERPROFILE"];

    /// <summary>A gateway.</summary>
    /// <param name="options">What it serves; the port is the one really listened on.</param>
    /// <param name="keeper">Who starts it.</param>
    /// <param name="listener">The listening socket it gets, where one is handed over.</param>
    /// <param name="directory">Where its program is.</param>
    /// <param name="predecessor">The gateway whose place it takes; null when none runs.</param>
    public static ProcessStart Serve(GatewayOptions options, ProcessIdentity? keeper, int? listener, string directory, ProcessIdentity? predecessor)
    {
        // A request crosses four sockets. Going on where each one's data came, and not spinning for the next, halves the processor
        // time it costs (tests/ImmutableBuild.Benchmarks, gateway). Nothing on the public path blocks; the control path has a scheduler of its own.
        var variables = Variables()
            .SetItem("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1")
            .SetItem("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0");
        return Start("serve", options, new Handover(keeper, listener is not null) { Predecessor = predecessor }, listener, directory) with { Environment = variables };
    }

    /// <summary>A keeper for a gateway that runs already.</summary>
    /// <param name="options">What the gateway serves.</param>
    /// <param name="gateway">The gateway, who starts it.</param>
    /// <param name="listener">The listening socket it gets, where one is handed over.</param>
    public static ProcessStart Keep(GatewayOptions options, ProcessIdentity gateway, int? listener) =>
        Start("keep", options, new Handover(gateway, listener is not null), listener, AppContext.BaseDirectory);

    private static ProcessStart Start(string verb, GatewayOptions options, Handover handover, int? listener, string directory)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is unknown.");
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ProcessStart
        {
            Program = isHost ? program : Path.Combine(directory, Path.GetFileName(program)),
            Arguments =
            [
                .. isHost ? [Path.Combine(directory, ServedProgram.Assembly)] : Array.Empty<string>(),
                verb,
                .. options.ToArguments(),
                .. handover.ToArguments(),
            ],
            Environment = Variables(),
            WorkingDirectory = options.StateDirectory,
            OutputFile = Path.Combine(options.StateDirectory, "gateway.log"),
            Descriptor = listener,
        };
    }

    private static ImmutableSortedDictionary<string, string> Variables()
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var name in PassedOn)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                variables[name] = value;
            }
        }

        // <root>/shared/Microsoft.NETCore.App/<version>/: an app host finds the same runtime again.
        variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return variables.ToImmutable();
    }
}

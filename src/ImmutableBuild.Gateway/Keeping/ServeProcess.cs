using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>How the keeper starts the gateway: the same program with the verb <c>serve</c>, and nothing of the build's environment.</summary>
internal static class ServeProcess
{
    /// <summary>Says that the listening socket was inherited.</summary>
    public const string InheritsListener = "--inherits-listener";

    private static readonly string[] PassedOn = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "SystemRoot", "LOCALAPPDATA", "USERPROFILE"];

    /// <summary>The process to start.</summary>
    public static ProcessStart Start(GatewayOptions options, int? listener)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is unknown.");
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        ImmutableArray<string> arguments =
        [
            .. isHost ? [Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll")] : Array.Empty<string>(),
            "serve",
            .. options.ToArguments(),
            .. listener is null ? Array.Empty<string>() : [InheritsListener],
        ];
        return new ProcessStart
        {
            Program = program,
            Arguments = arguments,
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
        // A request crosses four sockets. Going on where each one's data came, and not spinning for the next, halves the processor
        // time it costs (tests/ImmutableBuild.Benchmarks, gateway). Nothing on the public path blocks; the control path has a scheduler of its own.
        variables["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        variables["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        return variables.ToImmutable();
    }
}

using System.Collections.Immutable;
using System.ComponentModel;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>Starts the process of a gateway: detached, with nothing of the build's environment, files or secrets.</summary>
internal sealed class GatewayProcess(LocalLayout layout, LocalTargetOptions options)
{
    /// <summary>What a gateway said while it started.</summary>
    public const string StartLog = "start.log";

    private const int MaxWordsLength = 4000;

    private readonly GatewayCopies _copies = new(layout, options.Time);

    // What a gateway needs to run and to find its user's files; a build's environment holds secrets, and variables of MSBuild and the CLI that would mislead it.
    private static readonly ImmutableArray<string> Inherited = ["HOME", "USER", "LANG", "TZ", "TMPDIR", "SystemRoot", "TEMP", "TMP", "LOCALAPPDATA", "USERPROFILE"];

    /// <summary>Starts it; returns once the process exists. IMB6101 or IMB6102 when it can't be started.</summary>
    public async Task<StartedGateway> StartAsync(GatewayOptions gateway, CancellationToken cancellationToken)
    {
        var dotnet = DotnetHost.Find();
        var program = await KeepProgramAsync(gateway.App, cancellationToken);
        var words = Path.Combine(gateway.StateDirectory, StartLog);
        try
        {
            File.Delete(words);
            var process = options.Processes.Start(new ProcessStart
            {
                Program = dotnet.Program,
                Arguments = [program, "keep", .. gateway.ToArguments()],
                Environment = Environment(dotnet),
                WorkingDirectory = gateway.StateDirectory,
                OutputFile = words,
            });
            return new StartedGateway(options.Processes.WaitForExitAsync(process, CancellationToken.None), () => Tail(words));
        }
        catch (Win32Exception fault)
        {
            throw LocalErrors.GatewayNotStarted(gateway.App, fault.Message, fault);
        }
    }

    /// <summary>The path of the copy of the program that <paramref name="app"/> may run from. IMB6101 when the program is not whole.</summary>
    public Task<string> KeepProgramAsync(AppKey app, CancellationToken cancellationToken) =>
        _copies.UseAsync(app, new GatewayProgram(layout, options.GatewayProgram), cancellationToken);

    private static ImmutableSortedDictionary<string, string> Environment(DotnetHost dotnet) =>
        Inherited
            .Select(name => KeyValuePair.Create(name, System.Environment.GetEnvironmentVariable(name)))
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal)
            .SetItem("DOTNET_ROOT", dotnet.Root)
            .SetItem("PATH", OperatingSystem.IsWindows() ? System.Environment.SystemDirectory : "/usr/local/bin:/usr/bin:/bin");

    private static string Tail(string file)
    {
        var text = Read(file).Trim();
        return text.Length <= MaxWordsLength ? text : "…" + text[^MaxWordsLength..];
    }

    // Shared with writers, since the gateway goes on writing to the file; a stop of the app removes it.
    private static string Read(string file)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }
}

/// <summary>A gateway's process that was started, and may have ended.</summary>
/// <param name="Exited">Ends with its exit code.</param>
/// <param name="ReadWords">What it wrote so far.</param>
internal sealed record StartedGateway(Task<int?> Exited, Func<string> ReadWords);

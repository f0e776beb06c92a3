using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Shells;

/// <summary><c>dotnet build</c> of a project, in a process of its own.</summary>
/// <param name="ProjectFile">The project.</param>
/// <param name="Targets">The targets, in order.</param>
/// <param name="Properties">Properties of the command line.</param>
public sealed record DotnetBuild(string ProjectFile, ImmutableArray<string> Targets, ImmutableSortedDictionary<string, string> Properties)
{
    /// <summary>The arguments of <c>dotnet</c>.</summary>
    public ImmutableArray<string> Arguments =>
        ["build", ProjectFile, $"-t:{string.Join(';', Targets)}", "-nologo", "-v:minimal", "-tl:off", "-clp:NoSummary", "-nodeReuse:false", .. Properties.Select(Property)];

    /// <summary>The <c>dotnet</c> that runs this program, or else the one on the path.</summary>
    public static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    /// <summary>Runs it to its end, and tells each of its lines; IMB1502 when it fails.</summary>
    public async Task RunAsync(Action<string> tell, CancellationToken cancellationToken)
    {
        using var build = Start();
        await using var ends = cancellationToken.Register(() => OtherProgram.Kill(build));
        var errors = ForwardAsync(build.StandardError, tell);
        string? firstError = null;
        while (await build.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            firstError ??= ErrorIn(line);
            tell(line);
        }

        await errors;
        await build.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (build.ExitCode != 0)
        {
            throw ShellErrors.BuildFailed(ProjectFile, string.Join(';', Targets), build.ExitCode, firstError);
        }
    }

    /// <summary>A property as an argument. MSBuild's own escapes: ';' and ',' would begin another property.</summary>
    public static string Property(KeyValuePair<string, string> property) =>
        $"-p:{property.Key}={property.Value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)}";

    private static string? ErrorIn(string line)
    {
        var at = line.IndexOf(": error ", StringComparison.Ordinal);
        return at < 0 ? null : line[(at + ": error ".Length)..].Trim();
    }

    private static async Task ForwardAsync(StreamReader from, Action<string> tell)
    {
        while (await from.ReadLineAsync(CancellationToken.None) is { } line)
        {
            tell(line);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Host, Arguments) { UseShellExecute = false, CreateNoWindow = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = Path.GetDirectoryName(ProjectFile)!;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw ShellErrors.BuildFailed(ProjectFile, string.Join(';', Targets), cause.NativeErrorCode, cause.Message);
        }
    }
}

using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.MSBuild;

/// <summary>A build of its own that bakes a project, with the options of this one.</summary>
internal static class BakeRun
{
    private const int LinesTold = 20;

    /// <summary>Runs it to its end; IMB2026 when it fails, with the last it said.</summary>
    public static async Task RunAsync(BakeAttempt attempt, ImmutableSortedDictionary<string, string> options, CancellationToken cancellationToken)
    {
        using var build = Start(attempt, options);
        await using var ends = cancellationToken.Register(() => Kill(build));
        var said = await Task.WhenAll(build.StandardOutput.ReadToEndAsync(cancellationToken), build.StandardError.ReadToEndAsync(cancellationToken));
        await build.WaitForExitAsync(cancellationToken);
        if (build.ExitCode != 0)
        {
            var lines = string.Concat(said).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            throw BakeErrors.AttemptFailed(attempt.ProjectFile, build.ExitCode, lines.TakeLast(LinesTold));
        }
    }

    private static Process Start(BakeAttempt attempt, ImmutableSortedDictionary<string, string> options)
    {
        string[] arguments =
        [
            "build", attempt.ProjectFile, "-t:Bake", "-nologo", "-v:m", "-nodeReuse:false",
            .. options.Select(DotnetBuild.Property),
        ];

        // A process gets its umask only from its parent, so a shell sets it and becomes dotnet.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(DotnetBuild.Host, arguments)
            : new ProcessStartInfo("/bin/sh", ["-c", $"umask {attempt.Umask} && exec \"$@\"", "sh", DotnetBuild.Host, .. arguments]);
        (start.UseShellExecute, start.CreateNoWindow, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true, true);
        start.WorkingDirectory = Path.GetDirectoryName(attempt.ProjectFile)!;
        foreach (var (name, value) in attempt.Variables)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw BakeErrors.AttemptFailed(attempt.ProjectFile, cause.NativeErrorCode, [cause.Message]);
        }
    }

    private static void Kill(Process build)
    {
        try
        {
            build.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
        {
            // One of the processes ended by itself in this moment. Nothing may be thrown: this also runs in callbacks of timers and cancellations.
        }
    }
}

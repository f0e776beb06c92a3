using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ImmutableBuild.Errors;

namespace ImmutableBuild.OtherPrograms;

/// <summary>A run of a program that gets variables of its own and none of ours, no input, and whose output is bounded.</summary>
/// <param name="Output">Its standard output.</param>
/// <param name="Fault">Why that counts for nothing; null when it ended well.</param>
internal sealed record ProgramRun(byte[] Output, string? Fault)
{
    private const int LongestOutput = 256 * 1024 * 1024;
    private const int LongestErrors = 4096;

    // ETXTBSY of Linux and macOS.
    private const int TextFileBusy = 26;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_busyPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_busyInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs it to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">All its variables.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="cancellationToken">Ends it, with all it started.</param>
    public static async Task<ProgramRun> RunAsync(string program, string[] arguments, (string Name, string Value)[] variables, string directory, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(s_patience);
        Process process;
        try
        {
            process = await StartAsync(program, arguments, variables, directory, bounded.Token);
        }
        catch (Win32Exception fault)
        {
            return new ProgramRun([], $"it could not be started: {fault.Message}");
        }

        using (process)
        {
            return await ReadAsync(process, bounded.Token, cancellationToken);
        }
    }

    private static async Task<ProgramRun> ReadAsync(Process process, CancellationToken bounded, CancellationToken cancellationToken)
    {
        await using var ends = bounded.Register(() => OtherProgram.Kill(process));
        try
        {
            process.StandardInput.Close();
            var errors = OtherProgram.ReadAsync(process.StandardError, LongestErrors, bounded);
            var output = await ReadAsync(process.StandardOutput.BaseStream, process, bounded);
            var said = await errors;
            await process.WaitForExitAsync(bounded);
            return process.ExitCode == 0 && output is not null ? new ProgramRun(output, null) : new ProgramRun([], FaultOf(process.ExitCode, output is null, said));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProgramRun([], $"it took more than {s_patience.TotalMinutes:0} minutes");
        }
    }

    // Starts again what the system refuses as "text file busy": a process that is started beside this one inherits the descriptor a program was just written through, until its exec.
    private static async Task<Process> StartAsync(string program, string[] arguments, (string Name, string Value)[] variables, string directory, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(s_busyInterval, cancellationToken))
        {
            try
            {
                return Start(program, arguments, variables, directory);
            }
            catch (Win32Exception fault) when (fault.NativeErrorCode == TextFileBusy && Stopwatch.GetElapsedTime(began) < s_busyPatience)
            {
                // The other process has not executed its program yet: try again.
            }
        }
    }

    private static Process Start(string program, string[] arguments, (string Name, string Value)[] variables, string directory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    // Null, and the end of the process, for more than a report can have.
    private static async Task<byte[]?> ReadAsync(Stream output, Process process, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await output.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (content.Length + count > LongestOutput)
            {
                OtherProgram.Kill(process);
                return null;
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static string FaultOf(int exitCode, bool isTooLong, string errors) => isTooLong
        ? $"its answer has more than {LongestOutput} bytes"
        : $"it ended with {exitCode}{(errors.Trim() is { Length: > 0 } said ? $": {PrintableText.Of(said[..Math.Min(said.Length, 500)])}" : "")}";
}

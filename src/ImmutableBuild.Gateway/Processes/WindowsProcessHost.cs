using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImmutableBuild.Gateway.Processes;

/// <summary>
/// Processes on Windows, by construction: there are no groups and no signals, so a process tree ends at once, and output goes
/// through pipes that end with the gateway.
/// </summary>
internal sealed class WindowsProcessHost : IProcessHost
{
    /// <inheritdoc/>
    public RunningProcess Start(ProcessStart start)
    {
        var info = new ProcessStartInfo(start.Executable, start.Arguments)
        {
            WorkingDirectory = start.WorkingDirectory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        var process = Process.Start(info) ?? throw new Win32Exception($"{start.Executable} did not start.");
        var output = TextWriter.Synchronized(new StreamWriter(start.OutputPath, append: true) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return Watch(process, output);
    }

    /// <inheritdoc/>
    public RunningProcess? Adopt(ProcessIdentity identity) => Find(identity) is { } process ? Watch(process, null) : null;

    /// <inheritdoc/>
    public void Terminate(RunningProcess process) => Kill(process);

    /// <inheritdoc/>
    public void Kill(RunningProcess process)
    {
        using var found = Find(process.Identity);
        found?.Kill(entireProcessTree: true);
    }

    /// <inheritdoc/>
    public int KillMarked(IReadOnlyList<string> markers) => 0;

    /// <inheritdoc/>
    public bool? Owns(RunningProcess process, int port) => null;

    private static RunningProcess Watch(Process process, TextWriter? output)
    {
        return new RunningProcess(new ProcessIdentity(process.Id, StartMarkOf(process)), WaitAsync(process, output));

        static async Task<int?> WaitAsync(Process process, TextWriter? output)
        {
            using (process)
            using (output)
            {
                await process.WaitForExitAsync();
                return process.ExitCode;
            }
        }
    }

    private static Process? Find(ProcessIdentity identity)
    {
        try
        {
            var process = Process.GetProcessById(identity.Pid);
            if (!process.HasExited && StartMarkOf(process) == identity.StartMark)
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static string StartMarkOf(Process process) => process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
}

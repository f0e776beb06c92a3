using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ImmutableBuild.Processes.Windows;

namespace ImmutableBuild.Processes;

/// <summary>
/// Any other system, on .NET's own <see cref="Process"/>. The tree of a process stands in for its group, and an output file
/// is written for as long as the starter lives.
/// </summary>
internal sealed class PortableProcessHost : IProcessHost
{
    private readonly ConcurrentDictionary<ProcessIdentity, (Process Process, Task<int?> Exit)> _children = new();

    public ProcessIdentity Start(ProcessStart start)
    {
        var info = new ProcessStartInfo(start.Program, start.Arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        var output = start.OutputFile is { } file ? Open(file, start.Program) : null;
        var process = Launch(info, output) ?? throw new Win32Exception($"Starting '{start.Program}' failed.");
        process.StandardInput.Close();
        CopyOutput(process, output);
        var identity = new ProcessIdentity(process.Id, StartOf(process));
        _children[identity] = (process, ExitOf(process));
        return identity;
    }

    public ProcessIdentity? Find(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited ? null : new ProcessIdentity(id, StartOf(process));
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    public bool IsRunning(ProcessIdentity process) => Find(process.Id) == process;

    public async Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken)
    {
        if (_children.TryGetValue(process, out var child))
        {
            return await child.Exit.WaitAsync(cancellationToken);
        }

        while (IsRunning(process))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        return null;
    }

    // No signal asks a process without a window to end: it gets its drain time from the gateway, then it is ended.
    public void Terminate(ProcessIdentity leader) => Kill(leader);

    public void Kill(ProcessIdentity leader)
    {
        if (IsRunning(leader))
        {
            using var process = Process.GetProcessById(leader.Id);
            process.Kill(entireProcessTree: true);
        }
    }

    public bool IsGroupRunning(ProcessIdentity leader) => IsRunning(leader);

    private static string StartOf(Process process) => process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);

    // Process.WaitForExitAsync waits for the end of the output as well, which a child that is left behind holds open.
    private static Task<int?> ExitOf(Process process)
    {
        var exit = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exit.TrySetResult(process.ExitCode);
        process.EnableRaisingEvents = true;
        return exit.Task;
    }

    private static SharedOutputFile Open(string file, string program)
    {
        try
        {
            return new SharedOutputFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new Win32Exception($"Starting '{program}' failed: {fault.Message}", fault);
        }
    }

    private static Process? Launch(ProcessStartInfo info, SharedOutputFile? output)
    {
        try
        {
            return OperatingSystem.IsWindows() ? OwnStreams.Withhold(() => Process.Start(info)) : Process.Start(info);
        }
        catch
        {
            output?.Dispose();
            throw;
        }
    }

    private static void CopyOutput(Process process, SharedOutputFile? file)
    {
        var open = 2;
        void Write(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                file?.WriteLine(text);
            }
            else if (Interlocked.Decrement(ref open) == 0)
            {
                file?.Dispose();
            }
        }

        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}

using System.Diagnostics;
using System.Text;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>A build that is still going on.</summary>
internal sealed class RunningBuild(Process process, string line) : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _standard = new();

    public static RunningBuild Start(ProcessStartInfo start)
    {
        var process = new Process { StartInfo = start };
        var build = new RunningBuild(process, $"{start.FileName} {string.Join(' ', start.ArgumentList)}");
        process.OutputDataReceived += (_, line) => build.Append(line.Data, build._standard, build._output);
        process.ErrorDataReceived += (_, line) => build.Append(line.Data, build._output);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return build;
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What Ctrl+C sends.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-INT", $"{process.Id}"]) { UseShellExecute = false })!;
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<CommandResult> EndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(10));
        await process.WaitForExitAsync(patience.Token);
        return new CommandResult(line, process.ExitCode, Output) { StandardOutput = _standard.ToString() };
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Append(string? line, params ReadOnlySpan<StringBuilder> outputs)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            foreach (var output in outputs)
            {
                output.AppendLine(line);
            }
        }
    }
}

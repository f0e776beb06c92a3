using System.Collections.Concurrent;
using System.Diagnostics;
using ImmutableBuild.IntegrationTests.Gateway;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.ReleaseDriver;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>A release that runs in a process of its own, with its output piped to here, as a build's often is.</summary>
internal sealed class DriverRun : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _output;

    private DriverRun(Process process)
    {
        _process = process;
        _output = ReadAsync();
    }

    public string Output => string.Join('\n', _lines);

    public static DriverRun Start(DriverPlan plan, string planFile, params (string Name, string Value)[] variables)
    {
        plan.Write(planFile);

        // Whoever runs the tests may have told them to ignore Ctrl-C, as a shell does with what it runs in the background.
        var program = DotnetHost.Find().Program;
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.ReleaseDriver.dll"), planFile])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new DriverRun(Process.Start(start)!);
    }

    /// <summary>Waits for a line that begins so.</summary>
    public Task WaitForAsync(string beginning) => WaitForAsync(line => line.StartsWith(beginning, StringComparison.Ordinal), beginning);

    /// <summary>Waits until it is about to make, or makes, a changing call that begins so.</summary>
    public Task WaitForCallAsync(string words) => WaitForAsync(line => line.StartsWith("call ", StringComparison.Ordinal) && line.Contains($" {words}", StringComparison.Ordinal), words);

    /// <summary>Waits until it is paused; false where it ended before, since the machine was too busy for it to renew its lease.</summary>
    public async Task<bool> PausesAsync()
    {
        static bool IsPause(string line) => line.StartsWith(ReleaseDriver.DriverPlan.Paused, StringComparison.Ordinal);
        await WaitForAsync(line => IsPause(line) || line.Contains("IMB6002", StringComparison.Ordinal), ReleaseDriver.DriverPlan.Paused);
        return _lines.Any(IsPause);
    }

    /// <summary>Waits until it suspended itself.</summary>
    public async Task WaitForSuspensionAsync()
    {
        await WaitForAsync(ReleaseDriver.DriverPlan.Paused);
        using var patience = new CancellationTokenSource(s_patience);
        while (!(await File.ReadAllTextAsync($"/proc/{_process.Id}/stat", patience.Token)).Contains(") T ", StringComparison.Ordinal))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ctrl-C.</summary>
    public void Interrupt() => Signals.Interrupt(_process.Id);

    /// <summary>Goes on after a suspension (SIGCONT).</summary>
    public void Continue() => Signals.Continue(_process.Id);

    /// <summary>The exit code, once the process ended and its pipe closed, which needs everyone who holds the pipe to let go of it.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(TestContext.Current.CancellationToken), _output).WaitAsync(s_patience, TestContext.Current.CancellationToken);
            return _process.ExitCode;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{(_process.HasExited ? "Its pipe is still open" : "It still runs")} after {s_patience}: {Output}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task WaitForAsync(Func<string, bool> line, string what)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!_lines.Any(line))
        {
            if (_process.HasExited)
            {
                // What it wrote last may still be on its way here.
                await _output.WaitAsync(patience.Token);
                _lines.Any(line).ShouldBeTrue($"no '{what}' in: {Output}");
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
        }
    }
}

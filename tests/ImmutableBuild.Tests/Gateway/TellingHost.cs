using System.Collections.Concurrent;
using System.ComponentModel;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>Processes that exist here only, and end when they are asked to, unless the system refuses to ask. It tells of each before it is there.</summary>
internal sealed class TellingHost : IProcessHost
{
    private const int FirstId = 100_000_000;
    private readonly ConcurrentDictionary<ProcessIdentity, TaskCompletionSource<int?>> _exits = new();
    private int _started;

    public Action<int> Starting { get; set; } = _ => { };

    /// <summary>How many of the next signals are refused.</summary>
    public int RefusedSignals { get; set; }

    public int Started => Volatile.Read(ref _started);

    public int Running => _exits.Values.Count(exit => !exit.Task.IsCompleted);

    public ProcessIdentity Start(ProcessStart start)
    {
        var number = Interlocked.Increment(ref _started);
        Starting(number);
        var identity = new ProcessIdentity(FirstId + number, "start");
        _exits[identity] = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return identity;
    }

    public ProcessIdentity? Find(int id) => _exits.Keys.FirstOrDefault(process => process.Id == id);

    public bool IsRunning(ProcessIdentity process) => !_exits[process].Task.IsCompleted;

    public Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken) => _exits[process].Task;

    public void End(ProcessIdentity process, int? code) => _exits[process].TrySetResult(code);

    public void Terminate(ProcessIdentity leader) => Signal(leader, 143);

    public void Kill(ProcessIdentity leader) => Signal(leader, 137);

    public bool IsGroupRunning(ProcessIdentity leader) => IsRunning(leader);

    private void Signal(ProcessIdentity leader, int code)
    {
        if (RefusedSignals > 0)
        {
            RefusedSignals--;
            throw new Win32Exception(1);
        }

        _exits[leader].TrySetResult(code);
    }
}

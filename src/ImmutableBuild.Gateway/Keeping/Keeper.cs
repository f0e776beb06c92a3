using System.ComponentModel;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Gateway.Upgrading;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// The small process that owns the listening socket. It starts the gateway and starts it again when it dies; connections wait in
/// the socket's queue meanwhile. It touches no server code, to stay small.
/// </summary>
internal static class Keeper
{
    /// <summary>
    /// Keeps a gateway until it was stopped; the exit code to end with. With a gateway in <paramref name="handover"/>, goes on with
    /// that one and its socket. IMB6051 and IMB6057 before anything was started.
    /// </summary>
    public static async Task<int> RunAsync(GatewayOptions options, Handover handover, CancellationToken ending)
    {
        OwnersDirectory.Create(options.StateDirectory);
        using var only = StateLock.Take(options.StateDirectory);
        var exitCode = await ListenAsync(options, handover, ending);
        if (WasStopped(exitCode, options.StateDirectory))
        {
            // The lock goes last, and nobody listens here any more by then: the next keeper that gets it begins to fill the directory, and listens.
            Remove(options.StateDirectory);
            only.Forget();
        }

        return exitCode;
    }

    /// <summary>Keeps a gateway while the public port is listened on; it is closed when this returns.</summary>
    private static async Task<int> ListenAsync(GatewayOptions options, Handover handover, CancellationToken ending)
    {
        using var listener = handover.Other is null
            ? PublicPort.Listen(options)
            : PublicPort.TakeOver(options, handover.InheritsListener ? ProcessStart.InheritedDescriptor : null);
        Environment.CurrentDirectory = options.StateDirectory;
        var host = ProcessHost.ForThisSystem();

        // A container's first process takes the gateway with it when it dies, so the gateway need not watch it.
        var own = Environment.ProcessId == 1 ? null : host.Find(Environment.ProcessId);
        var exitCode = await KeepAsync(host, (program, predecessor) => GatewayProgram.Serve(listener.Serving, own, listener.Descriptor, program, predecessor), handover.Other, options, ending);
        if (WasStopped(exitCode, options.StateDirectory))
        {
            listener.Forget();
        }

        return exitCode;
    }

    private static async Task<int> KeepAsync(
        IProcessHost host, Func<string, ProcessIdentity?, ProcessStart> startOf, ProcessIdentity? runs, GatewayOptions options, CancellationToken ending)
    {
        var backoff = new RestartBackoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5), wellAfter: TimeSpan.FromSeconds(10));
        var output = new OutputLog(startOf(ServedProgram.Own, null).OutputFile!);
        var log = new GatewayLog(Console.Error, TimeProvider.System);
        var succession = new Succession(options.StateDirectory, host, (program, predecessor) => TryStart(host, startOf(program, predecessor), output, log), log);
        var adopted = runs is null ? null : RunningProcess.Adopt(host, runs) ?? new RunningProcess(runs, Task.FromResult<int?>(null));
        if (adopted is null)
        {
            File.Delete(ControlSocket.PathFor(options.StateDirectory));
        }

        while (true)
        {
            var began = TimeProvider.System.GetTimestamp();
            var program = ServedProgram.Read(options.StateDirectory);
            if ((adopted ?? TryStart(host, startOf(program, null), output, log)) is { } gateway)
            {
                using var onEnding = ending.Register(succession.Terminate);

                // Nobody knows the exit code of a gateway that another keeper started; whether it left its state tells how it ended.
                var exitCode = await succession.WaitAsync(gateway, program, ending) ?? (HasState(options.StateDirectory) ? ExitCodes.Fault : ExitCodes.Stopped);
                if (exitCode is ExitCodes.Stopped or ExitCodes.CannotServe || ending.IsCancellationRequested)
                {
                    // One that still ends what it works on holds the listening socket, too.
                    await succession.EndAsync();
                    TellEnd(output);
                    return exitCode;
                }
            }

            adopted = null;
            await Task.Delay(backoff.After(TimeProvider.System.GetElapsedTime(began)), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
            {
                return ExitCodes.Fault;
            }
        }
    }

    /// <summary>Starts a gateway; null when the system refuses, for want of processes, memory, descriptors or disk. The socket stays open, and clients wait.</summary>
    private static RunningProcess? TryStart(IProcessHost host, ProcessStart start, OutputLog output, GatewayLog log)
    {
        try
        {
            output.Bound();
            return RunningProcess.Start(host, start);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            log.Write($"the gateway can't be started yet: {fault.Message}");
            return null;
        }
    }

    /// <summary>Repeats the gateway's last words for whoever started the keeper.</summary>
    private static void TellEnd(OutputLog output)
    {
        try
        {
            Console.Error.WriteLine(string.Join('\n', output.Tail(1)));
        }
        catch (IOException)
        {
            // The exit code tells the rest.
        }
    }

    private static bool WasStopped(int exitCode, string stateDirectory) => exitCode == ExitCodes.Stopped && !HasState(stateDirectory);

    /// <summary>Whether an app is there that was not stopped.</summary>
    public static bool HasState(string stateDirectory) =>
        File.Exists(Path.Combine(stateDirectory, GatewayFiles.State)) || File.Exists(Path.Combine(stateDirectory, GatewayFiles.PreviousState));

    /// <summary>After a stop nothing but the ledger and the number of the port stays.</summary>
    private static void Remove(string stateDirectory)
    {
        File.Delete(Path.Combine(stateDirectory, "gateway.log"));
        File.Delete(Path.Combine(stateDirectory, "gateway.log.old"));
        Predecessor.ForgetSockets(stateDirectory);
        ServedProgram.Forget(stateDirectory);
        YieldMark.Clear(stateDirectory);
        StateFence.Forget(stateDirectory);
        if (Directory.Exists(Path.Combine(stateDirectory, GatewayFiles.Programs)))
        {
            Directory.Delete(Path.Combine(stateDirectory, GatewayFiles.Programs), recursive: true);
        }

        var generations = Path.Combine(stateDirectory, "generations");
        if (Directory.Exists(generations))
        {
            Directory.Delete(generations, recursive: true);
        }
    }
}

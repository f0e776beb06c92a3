using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Processes;

using var ending = new CancellationTokenSource();
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    ending.Cancel();
});

try
{
    return args switch
    {
        ["keep", .. var rest] => await KeepAsync(rest, ending.Token),
        ["serve", .. var rest] => await ServeAsync(rest, ending.Token),
        ["connect", "--state", var directory] => await ConnectAsync(directory, ending.Token),
        ["limit", var seconds] => await EndAfterAsync(seconds, ending.Token),
        _ => throw new FormatException("Expected 'keep', 'serve', 'connect --state <directory>' or 'limit <seconds>'."),
    };
}
catch (FormatException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return ExitCodes.Usage;
}
catch (ImmutableBuildException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return fault.Code == GatewayErrors.AlreadyKeptCode ? ExitCodes.AlreadyKept : ExitCodes.CannotServe;
}

static async Task<int> ConnectAsync(string stateDirectory, CancellationToken ending)
{
    try
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        await ControlBridge.RunAsync(stateDirectory, input, output, ending);
        return ExitCodes.Stopped;
    }
    catch (SocketException fault)
    {
        await Console.Error.WriteLineAsync($"The gateway does not answer: {fault.Message}");
        return ExitCodes.CannotServe;
    }
}

// The first process of a namespace: when it ends, the system ends all the others.
static async Task<int> EndAfterAsync(string seconds, CancellationToken ending)
{
    var limit = int.TryParse(seconds, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"limit {seconds}: expected seconds.");
    await Task.Delay(TimeSpan.FromSeconds(limit), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return ExitCodes.Stopped;
}

static async Task<int> KeepAsync(string[] arguments, CancellationToken ending)
{
    var (handover, options) = Handover.Read(arguments);
    return await Keeper.RunAsync(GatewayOptions.Parse(options), handover, ending);
}

static async Task<int> ServeAsync(string[] arguments, CancellationToken ending)
{
    var (handover, rest) = Handover.Read(arguments);
    var options = GatewayOptions.Parse(rest);
    int? listener = null;
    if (handover.InheritsListener)
    {
        listener = ProcessStart.InheritedDescriptor;

        // Instances must not hold the public port.
        _ = LibC.CloseOnExec(ProcessStart.InheritedDescriptor, LibC.SetCloseOnExec);
    }

    var log = new GatewayLog(Console.Error, TimeProvider.System);
    using var watching = new CancellationTokenSource();
    var watch = WatchAsync();
    try
    {
        await Serve.RunAsync(options, listener, handover.Predecessor, watching.Cancel, log, ending);
    }
    finally
    {
        await watching.CancelAsync();
        await watch;
    }

    return ExitCodes.Stopped;

    async Task WatchAsync()
    {
        if (handover.Other is { } keeper)
        {
            var isReplaced = await new KeeperWatch(options, listener, ProcessHost.ForThisSystem(), TimeProvider.System, log).RunAsync(keeper, watching.Token);
            if (isReplaced)
            {
                // At once: a regular end removes the control socket's file, which is the other gateway's by now.
                Environment.Exit(ExitCodes.AlreadyKept);
            }
        }
    }
}

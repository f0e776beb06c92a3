using System.Runtime.InteropServices;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
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
        ["keep", .. var rest] => await Keeper.RunAsync(GatewayOptions.Parse(rest), ending.Token),
        ["serve", .. var rest] => await ServeAsync(rest, ending.Token),
        _ => throw new FormatException("Expected 'keep' or 'serve'."),
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
    return ExitCodes.CannotServe;
}

static async Task<int> ServeAsync(string[] arguments, CancellationToken ending)
{
    int? listener = null;
    if (arguments is [.. var options, ServeProcess.InheritsListener])
    {
        (arguments, listener) = (options, ProcessStart.InheritedDescriptor);

        // Instances must not hold the public port.
        _ = LibC.CloseOnExec(ProcessStart.InheritedDescriptor, LibC.SetCloseOnExec);
    }

    await Serve.RunAsync(GatewayOptions.Parse(arguments), listener, new GatewayLog(Console.Error, TimeProvider.System), ending);
    return ExitCodes.Stopped;
}

using System.Runtime.InteropServices;

using var stopping = new CancellationTokenSource();
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true; // end in our own time, within the stop grace
    stopping.Cancel();
});

Console.WriteLine("The worker begins.");
using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
try
{
    while (await timer.WaitForNextTickAsync(stopping.Token))
    {
        Console.WriteLine($"{DateTimeOffset.UtcNow:O} did a piece of work");
    }
}
catch (OperationCanceledException)
{
    Console.WriteLine("The worker ends.");
}

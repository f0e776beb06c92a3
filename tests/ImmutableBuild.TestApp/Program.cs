using System.Net;
using System.Runtime.InteropServices;
using ImmutableBuild.TestApp;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using var ignoring = Behaviour.IgnoresTerminate
    ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true)
    : null;
if (Behaviour.HasChildren)
{
    Children.Start();
}

if (Behaviour.CrashAfterMilliseconds is { } milliseconds)
{
    _ = Task.Delay(milliseconds).ContinueWith(
        _ =>
        {
            Console.Error.WriteLine("crashing as asked");
            Environment.Exit(Behaviour.CrashCode);
        },
        TaskScheduler.Default);
}

if (Behaviour.ListenerChild is { } where)
{
    Children.Listen(where);
}

if (Behaviour.NeverListens || Behaviour.ListenerChild is not null || (Behaviour.IsWellOnce && !FirstRun.Claim()))
{
    await Task.Delay(Timeout.Infinite);
}

await Task.Delay(Behaviour.StartDelayMilliseconds);
var builder = WebApplication.CreateSlimBuilder(args);

// On a busy machine Kestrel warns that it is slow; tests read the app's own words.
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    if (Behaviour.SpeaksHttp2Only)
    {
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2);
    }

    if (Behaviour.OtherPort is { } port)
    {
        kestrel.Listen(IPAddress.Loopback, port);
    }
});
if (Behaviour.IgnoresTerminate)
{
    builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
}

var app = builder.Build();
app.UseWebSockets();
Endpoints.MapAll(app);
Console.WriteLine($"listening as generation {Environment.GetEnvironmentVariable("IMMUTABLE_GENERATION")}");
app.Run();

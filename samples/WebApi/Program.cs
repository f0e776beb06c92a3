using WebApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<WorkCounter>();

var app = builder.Build();
app.UseMiddleware<CountWork>();

app.MapGet("/", () => "Hello from generation " + (Environment.GetEnvironmentVariable("IMMUTABLE_GENERATION") ?? "none") + "\n");

// Work that takes its time: start it, release a new commit, and see it end.
app.MapGet("/work/{milliseconds:int:range(0,60000)}", async (int milliseconds, CancellationToken cancelled) =>
{
    await Task.Delay(milliseconds, cancelled);
    return $"Worked for {milliseconds} ms\n";
});

app.MapGet("/in-flight", (WorkCounter counter) => counter.InFlight);

// Ready only while it isn't stopping: on SIGTERM the host stops accepting, and lets requests in flight end.
app.MapGet("/health", (IHostApplicationLifetime lifetime) =>
    lifetime.ApplicationStopping.IsCancellationRequested ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Ok());

await app.RunAsync();

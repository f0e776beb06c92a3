using Guestbook;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
builder.Services.AddSingleton(new Entries("/data/entries"));
builder.Services.AddSingleton(new WritingKey(builder.Configuration["writing-key"]));

var app = builder.Build();
app.MapGet("/", (Entries entries) =>
    $"Welcome! {entries.Count} in the book, says generation {Environment.GetEnvironmentVariable("IMMUTABLE_GENERATION") ?? "none"}\n");

app.MapGet("/entries", (Entries entries, CancellationToken cancelled) => entries.ReadAsync(cancelled));

// Whoever has the key writes: curl -H "Writing-Key: $GUESTBOOK_WRITING_KEY" -d "Ada was here" http://127.0.0.1:8080/entries
app.MapPost("/entries", async (HttpRequest request, Entries entries, WritingKey key, CancellationToken cancelled) =>
{
    if (!key.Is(request.Headers["Writing-Key"]))
    {
        return Results.Unauthorized();
    }

    return await entries.AddAsync(request.Body, cancelled) ? Results.NoContent() : Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
});

// Healthy is what can do its work: it has its key, and its volume takes what is written. Not any more once it is asked to stop.
app.MapGet("/health", (Entries entries, WritingKey key, IHostApplicationLifetime lifetime) =>
    key.IsThere && entries.CanBeWritten() && !lifetime.ApplicationStopping.IsCancellationRequested
        ? Results.Ok()
        : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));

await app.RunAsync();

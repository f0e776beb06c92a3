using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.TestApp;

/// <summary>
/// What the app answers. Each handler takes a request as it is: ASP.NET Core compiles code for every one that wants its parameters bound, and this app is started
/// so often that it would do little else.
/// </summary>
public static class Endpoints
{
    private static int s_posts;
    private static int s_flaps;
    private static int s_requests;

    /// <summary>Adds all endpoints.</summary>
    public static void MapAll(WebApplication app)
    {
        app.Use(MisbehaveAsync);
        app.MapGet("/", http => TextAsync(http, "hello"));
        app.MapGet("/whoami", http => http.Response.WriteAsJsonAsync(WhoAmI.Now(), WhoAmIJson.Default.WhoAmI));
        app.MapGet("/headers", http => TextAsync(http, string.Join('\n', http.Request.Headers.Select(field => $"{field.Key}: {field.Value}"))));
        app.MapGet("/target/{**rest}", http => TextAsync(http, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        app.MapGet("/slow", SlowAsync);
        app.MapGet("/status/{code:int}", http => StatusAsync(http, InPath(http, "code")));
        app.MapGet("/crash", CrashAsync);
        app.MapGet("/abort", AbortAsync);
        app.MapGet("/listen/{port:int}", http => ListenAsync(InPath(http, "port")));
        app.MapGet("/download", DownloadAsync);
        app.MapGet("/broken", BrokenAsync);
        app.MapGet("/sse", EventsAsync);
        app.MapGet("/posts", http => TextAsync(http, s_posts.ToString(CultureInfo.InvariantCulture)));
        app.MapGet("/file/{**path}", http => TextAsync(http, File.ReadAllText(FileIn(http))));
        app.MapPut("/file/{**path}", WriteFileAsync);
        app.MapPost("/count", http => TextAsync(http, Interlocked.Increment(ref s_posts).ToString(CultureInfo.InvariantCulture)));
        app.MapPost("/count-and-abort", CountAndAbortAsync);
        app.MapPost("/upload", UploadAsync);
        app.MapPost("/echo", EchoAsync);
        app.MapPost("/refuse", http => StatusAsync(http, StatusCodes.Status417ExpectationFailed));
        app.MapPost("/grpc/stream", GrpcStreamAsync);
        app.MapGet("/trailers", TrailersAsync);
        app.Map("/ws", WebSocketAsync);
        if (Behaviour.Health != "missing")
        {
            app.MapGet("/health", HealthAsync);
        }
    }

    private static async Task MisbehaveAsync(HttpContext http, RequestDelegate next)
    {
        var isProbe = http.Request.Path == "/health";
        if (!isProbe && Behaviour.DelayMilliseconds is { } delay)
        {
            await Task.Delay(delay, http.RequestAborted);
        }

        if (!isProbe && Behaviour.ErrorEvery is { } every && Interlocked.Increment(ref s_requests) % every == 0)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        await next(http);
    }

    private static Task TextAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text);
    }

    private static Task StatusAsync(HttpContext http, int code)
    {
        http.Response.StatusCode = code;
        return Task.CompletedTask;
    }

    private static int InPath(HttpContext http, string name) => int.Parse($"{http.Request.RouteValues[name]}", CultureInfo.InvariantCulture);

    private static string FileIn(HttpContext http) => $"/{http.Request.RouteValues["path"]}";

    private static long InQuery(HttpContext http, string name, long otherwise) =>
        long.TryParse(http.Request.Query[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static async Task SlowAsync(HttpContext http)
    {
        var ms = (int)InQuery(http, "ms", otherwise: 0);
        await Task.Delay(ms, http.RequestAborted);
        await TextAsync(http, $"after {ms} ms");
    }

    private static async Task HealthAsync(HttpContext http)
    {
        switch (Behaviour.Health)
        {
            case "unhealthy":
            case "flap" when Interlocked.Increment(ref s_flaps) % 2 == 0:
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case "hang":
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
        }
    }

    private static Task CrashAsync(HttpContext http)
    {
        Console.Error.WriteLine("crashing on request");
        Environment.Exit(Behaviour.CrashCode);
        return Task.CompletedTask;
    }

    private static Task AbortAsync(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Listens on one more port, with the same endpoints.</summary>
    private static async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var second = builder.Build();
        MapAll(second);
        await second.StartAsync();
    }

    private static async Task WriteFileAsync(HttpContext http)
    {
        try
        {
            await using var file = File.Create(FileIn(http));
            await http.Request.Body.CopyToAsync(file);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await TextAsync(http, fault.Message);
        }
    }

    private static Task CountAndAbortAsync(HttpContext http)
    {
        Interlocked.Increment(ref s_posts);
        return AbortAsync(http);
    }

    private static async Task DownloadAsync(HttpContext http)
    {
        var bytes = InQuery(http, "bytes", otherwise: 0);
        http.Response.ContentLength = bytes;
        var block = new byte[64 * 1024];
        for (var left = bytes; left > 0; left -= block.Length)
        {
            await http.Response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), http.RequestAborted);
        }
    }

    private static async Task BrokenAsync(HttpContext http)
    {
        http.Response.ContentLength = 1000;
        await http.Response.WriteAsync("only this");
        await http.Response.Body.FlushAsync();
        http.Abort();
    }

    private static async Task EventsAsync(HttpContext http)
    {
        var ms = (int)InQuery(http, "ms", otherwise: 100);
        http.Response.ContentType = "text/event-stream";
        for (var i = 0; ; i++)
        {
            await http.Response.WriteAsync($"data: {i}\n\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(ms, http.RequestAborted);
        }
    }

    private static async Task UploadAsync(HttpContext http)
    {
        long bytes = 0;
        var block = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(block, http.RequestAborted) is var count and > 0)
        {
            bytes += count;
        }

        await http.Response.WriteAsync(bytes.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task EchoAsync(HttpContext http)
    {
        var block = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(block, http.RequestAborted) is var count and > 0)
        {
            await http.Response.Body.WriteAsync(block.AsMemory(0, count), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    /// <summary>As a gRPC method that echoes messages: bytes both ways, then a status in the trailers.</summary>
    private static async Task GrpcStreamAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await EchoAsync(http);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task TrailersAsync(HttpContext http)
    {
        await http.Response.WriteAsync("body");
        if (http.Response.SupportsTrailers())
        {
            http.Response.AppendTrailer("x-checksum", "42");
        }
    }

    private static async Task WebSocketAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, http.RequestAborted);
        }

        Console.WriteLine($"websocket closed with {(int?)socket.CloseStatus}");
        await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
    }
}

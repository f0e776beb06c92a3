using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Answers 200 to everything on a port that belongs to another.</summary>
internal sealed class ImpostorApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ImpostorApp(WebApplication app) => _app = app;

    public static async Task<ImpostorApp> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(http => http.Response.WriteAsync("impostor"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ImpostorApp(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

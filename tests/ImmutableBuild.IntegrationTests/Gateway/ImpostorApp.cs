using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Answers 200 to everything on a port that belongs to another, in the name of a generation where it is told one.</summary>
internal sealed class ImpostorApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ImpostorApp(WebApplication app) => _app = app;

    public static async Task<ImpostorApp> StartAsync(int port, string? generation = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(http =>
        {
            if (generation is not null)
            {
                http.Response.Headers["Immutable-Generation"] = generation;
            }

            return http.Response.WriteAsync("impostor");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ImpostorApp(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Benchmarks;

/// <summary>The app behind every subject: a small answer that names its generation, as cheap as Kestrel makes it.</summary>
internal static class HelloApp
{
    /// <summary>The verb this program starts itself with.</summary>
    public const string Verb = "app";

    public static Command Command()
    {
        var command = new Command(Verb, "Serves a small answer on $PORT; the benchmarks start it themselves.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    /// <summary>The variable with the number that the answers end with, to tell one deployment from the next.</summary>
    public const string NumberVariable = "NUMBER";

    /// <summary>The port it listens on in a container.</summary>
    public const int ContainerPort = 8080;

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        if (Variable("ASPNETCORE_URLS").Length == 0)
        {
            app.Urls.Add($"http://127.0.0.1:{Variable("PORT")}");
        }

        var answer = System.Text.Encoding.ASCII.GetBytes($"hello from {Variable("IMMUTABLE_GENERATION")}, number {Variable(NumberVariable)}\n");
        app.Run(context =>
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = answer.Length;
            return context.Response.Body.WriteAsync(answer, 0, answer.Length);
        });
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Tests.Scanning.Feeds;

/// <summary>A feed on a loopback port that speaks the documented protocol: no feed here has what is asked of it.</summary>
internal sealed class FakeFeed : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeFeed(WebApplication server) => _server = server;

    /// <summary>What it has, by path; <c>BASE</c> in a text stands for its own address. What it hasn't is a 404.</summary>
    public ConcurrentDictionary<string, string> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>What was asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Its address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The service index.</summary>
    public Uri Index => new(Address, "/v3/index.json");

    public static async Task<FakeFeed> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var feed = new FakeFeed(builder.Build());
        feed._server.Run(feed.AnswerAsync);
        await feed._server.StartAsync();
        feed.Address = new Uri(feed._server.Urls.First());
        return feed;
    }

    /// <summary>Has the feed tell what is vulnerable, in pages.</summary>
    public void Tell(params string[] pages)
    {
        Documents["/v3/index.json"] = """{"version":"3.0.0","resources":[{"@id":"BASE/flat/","@type":"PackageBaseAddress/3.0.0"},{"@id":"BASE/vulnerabilities/index.json","@type":["VulnerabilityInfo","VulnerabilityInfo/6.7.0"]}]}""";
        Documents["/vulnerabilities/index.json"] = $"[{string.Join(',', pages.Select((_, page) => $$"""{"@name":"page{{page}}","@id":"BASE/vulnerabilities/{{page}}.json","@updated":"2026-11-20T06:14:58Z","comment":"x"}"""))}]";
        for (var page = 0; page < pages.Length; page++)
        {
            Documents[$"/vulnerabilities/{page}.json"] = pages[page];
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue(context.Request.Path);
        if (Documents.TryGetValue(context.Request.Path, out var document))
        {
            await context.Response.WriteAsync(document.Replace("BASE", Address.ToString().TrimEnd('/'), StringComparison.Ordinal));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The web app a user has: what <c>dotnet new web</c> makes, with a health path and a word that tells its version.</summary>
internal static partial class WebApp
{
    public const string Project = "src/Shöp Web/Shop.csproj";

    /// <summary>Writes project and program, ready to commit.</summary>
    public static void Write(ScratchRepository repository, string version, string properties = "", string items = "", string health = "Results.Ok()")
    {
        repository.WriteProject(Project, properties, items);
        repository.Write("src/Shöp Web/appsettings.json", """{ "Logging": { "LogLevel": { "Default": "Warning" } } }""");
        WriteProgram(repository, version, health);
    }

    /// <summary>Writes the program alone, with <paramref name="types"/> at its end.</summary>
    public static void WriteProgram(ScratchRepository repository, string version, string health = "Results.Ok()", string types = "") =>
        repository.Write("src/Shöp Web/Program.cs", $$"""
            var app = WebApplication.Create(args);
            app.MapGet("/", () => "{{version}}");
            app.MapGet("/pid", () => Environment.ProcessId);
            app.MapGet("/env/{name}", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
            app.MapGet("/health", () => {{health}});
            Console.WriteLine("this is {{version}}");
            app.Run();
            {{types}}
            """);

    /// <summary>The address in the closing line <c>Shop -> http://127.0.0.1:PORT (generation …)</c>.</summary>
    public static Uri UrlIn(CommandResult release)
    {
        var match = ClosingLine.Match(release.ShouldSucceed().Output);
        match.Success.ShouldBeTrue(release.Output);
        return new Uri(match.Groups["url"].Value);
    }

    /// <summary>The generation in the closing line.</summary>
    public static string GenerationIn(CommandResult release) => ClosingLine.Match(release.ShouldSucceed().Output).Groups["generation"].Value;

    public static async Task<string> GetAsync(Uri url, string path = "")
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        return await client.GetStringAsync(new Uri(url, path), TestContext.Current.CancellationToken);
    }

    public static async Task<int> ProcessIdAsync(Uri url) => int.Parse(await GetAsync(url, "pid"), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*\w+ -> (?<url>http://127\.0\.0\.1:\d+)/? \(generation (?<generation>[0-9a-f]{12}-[0-9a-f]{8})", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex ClosingLine { get; }
}

using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>Asks the test app as its users do, at the address that <paramref name="target"/> shows.</summary>
internal sealed class PublicEntry(IDeploymentTarget target) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <inheritdoc cref="IContractFixture.AskAsync"/>
    public async Task<GenerationId?> AskAsync(AppKey app)
    {
        if (await UrlAsync(app) is not { } url)
        {
            return null;
        }

        using var response = await _http.GetAsync(new Uri(url, "/whoami"), TestContext.Current.CancellationToken);
        var answer = response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(WhoAmIJson.Default.WhoAmI, TestContext.Current.CancellationToken)
            : null;
        return GenerationId.TryParse(answer?.Generation, out var id) ? id : null;
    }

    /// <inheritdoc cref="IServingFixture.RequestAsync"/>
    public async Task<bool> RequestAsync(AppKey app, TimeSpan duration)
    {
        var url = new Uri((await UrlAsync(app))!, $"/slow?ms={duration.TotalMilliseconds:0}");
        using var response = await _http.GetAsync(url, TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode && (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).StartsWith("after", StringComparison.Ordinal);
    }

    /// <summary>Where the app answers; null when nothing runs for it.</summary>
    public async Task<Uri?> UrlAsync(AppKey app) =>
        (await target.ObserveAsync(app, TestContext.Current.CancellationToken)).Url is { } url ? new Uri(url) : null;

    public void Dispose() => _http.Dispose();
}

/// <summary>What the test app says of itself.</summary>
internal sealed record WhoAmI(string? Generation, string? Instance, int ProcessId, string? Directory, string? Temporary, string[] Variables);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WhoAmI))]
internal sealed partial class WhoAmIJson : JsonSerializerContext;

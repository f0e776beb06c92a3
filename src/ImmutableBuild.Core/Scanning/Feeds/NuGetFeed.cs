using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using NuGet.Versioning;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>
/// What a NuGet feed knows of vulnerable packages: the resource <c>VulnerabilityInfo/6.7.0</c> of its service index
/// (learn.microsoft.com/nuget/api/vulnerability-info). A feed without that resource knows nothing, and is never taken for one that found nothing.
/// </summary>
/// <param name="serviceIndex">The feed's <c>index.json</c>.</param>
/// <param name="cache">Keeps what was fetched.</param>
internal sealed class NuGetFeed(Uri serviceIndex, FeedCache cache)
{
    private const string Resource = "VulnerabilityInfo/6.7.0";
    private const int MaximumIndex = 1024 * 1024;
    private const int MaximumPage = 128 * 1024 * 1024;
    private const int MaximumPages = 16;

    /// <summary>The feed as a source.</summary>
    public IVulnerabilitySource ToSource() => new FeedAdvisories($"NuGet feed {serviceIndex.Host}", () => cache.Stamp(serviceIndex), ReadAsync);

    private async Task<AdvisorySet> ReadAsync(CancellationToken cancellationToken)
    {
        using var client = new FeedClient();
        var service = await cache.GetAsync(serviceIndex, MaximumIndex, client, cancellationToken);
        var index = await cache.GetAsync(FindResource(service.Content), MaximumIndex, client, cancellationToken);
        var pages = ReadIndex(index.Content);
        var advisories = ImmutableArray.CreateBuilder<Advisory>();
        var (fetched, digests) = (service.Fetched < index.Fetched ? service.Fetched : index.Fetched, new StringBuilder());
        foreach (var page in pages)
        {
            var document = await cache.GetAsync(page.Url, MaximumPage, client, cancellationToken);
            advisories.AddRange(ReadPage(document.Content, page.Url.AbsoluteUri, page.Updated));
            digests.Append(Digest.Of(document.Content)).Append('\n');
        }

        return new AdvisorySet(advisories.DrainToImmutable(), Digest.Of(Encoding.UTF8.GetBytes(digests.ToString()))) { Fetched = fetched, Ecosystem = "NuGet" };
    }

    private Uri FindResource(byte[] content) => Parse(content, serviceIndex.AbsoluteUri, root => root.Items("resources")
        .Where(resource => TypesOf(resource).Contains(Resource, StringComparer.OrdinalIgnoreCase))
        .Select(resource => UrlOf(resource.RequiredText("@id"), serviceIndex)).FirstOrDefault())
        ?? throw new FeedFaultException($"it does not tell which packages are vulnerable (its service index has no {Resource})");

    private ImmutableArray<(Uri Url, DateTimeOffset? Updated)> ReadIndex(byte[] content) => Parse(content, $"{serviceIndex.AbsoluteUri}, {Resource}", root =>
    {
        var pages = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : throw new FormatException("an array of pages was expected");
        return pages.Length is > 0 and <= MaximumPages
            ? pages.Select(page => (UrlOf(page.RequiredText("@id"), serviceIndex), TimeOf(page.Text("@updated")))).ToImmutableArray()
            : throw new FormatException($"it has {pages.Length} pages, expected 1 to {MaximumPages}");
    });

    /// <summary>Reads one page: by package in lower case, what is known of it. Throws IMB3003 for what is no page.</summary>
    internal static ImmutableArray<Advisory> ReadPage(ReadOnlyMemory<byte> content, string where, DateTimeOffset? updated) => Parse(content, where, root => root.ValueKind switch
    {
        // The protocol's empty page.
        JsonValueKind.Array when root.GetArrayLength() == 0 => [],
        JsonValueKind.Object => root.EnumerateObject().SelectMany(package => package.Value.ValueKind == JsonValueKind.Array
            ? package.Value.EnumerateArray().Select(known => ReadAdvisory(package.Name, known, where, updated))
            : throw new FormatException($"'{package.Name}' is no array")).ToImmutableArray(),
        _ => throw new FormatException("an object of packages was expected"),
    });

    private static Advisory ReadAdvisory(string package, JsonElement known, string where, DateTimeOffset? updated)
    {
        var url = known.RequiredText("url");
        var name = url.TrimEnd('/').Split('/')[^1];
        return new Advisory
        {
            Id = name.StartsWith("GHSA-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase) ? name : url,
            Severity = known.Find("severity", JsonValueKind.Number) is { } severity && severity.TryGetInt32(out var level) ? SeverityOf(level) : FindingSeverity.Unknown,
            Summary = $"{package} is known to be vulnerable: {url}",
            Modified = updated,
            Affected = [new AffectedPackage("NuGet", package, [EventsOf(known.RequiredText("versions"))], [])],
            File = where,
        };
    }

    /// <summary>A NuGet range (learn.microsoft.com/nuget/concepts/package-versioning, "Version ranges") as events.</summary>
    internal static ImmutableArray<RangeEvent> EventsOf(string versions)
    {
        if (!VersionRange.TryParse(versions, allowFloating: false, out var range))
        {
            throw new FormatException($"'{versions}' is no range of versions");
        }

        var begins = range.MinVersion is not { } least ? new RangeEvent(RangeEventKind.Introduced, "0")
            : new RangeEvent(range.IsMinInclusive ? RangeEventKind.Introduced : RangeEventKind.IntroducedAfter, least.ToNormalizedString());
        return range.MaxVersion is { } most
            ? [begins, new RangeEvent(range.IsMaxInclusive ? RangeEventKind.LastAffected : RangeEventKind.Fixed, most.ToNormalizedString())]
            : [begins];
    }

    private static FindingSeverity SeverityOf(int level) => level switch
    {
        0 => FindingSeverity.Low,
        1 => FindingSeverity.Medium,
        2 => FindingSeverity.High,
        3 => FindingSeverity.Critical,
        _ => FindingSeverity.Unknown,
    };

    private static IEnumerable<string?> TypesOf(JsonElement resource) => resource.TryGetProperty("@type", out var type)
        ? type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(each => each.GetString()) : [type.GetString()]
        : [];

    private static Uri UrlOf(string text, Uri from) => Uri.TryCreate(from, text, out var url) ? url : throw new FormatException($"'{text}' is no URL");

    private static DateTimeOffset? TimeOf(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static T Parse<T>(ReadOnlyMemory<byte> content, string where, Func<JsonElement, T> read) =>
        StrictJson.Read(content, read, (why, fault) => ScanErrors.FeedInvalid(where, why, fault));
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Reads one advisory in the OSV format (ossf.github.io/osv-schema, version 1.6). What it can't understand is an error, never skipped.</summary>
internal static class OsvReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads an advisory; null when it was withdrawn. Throws IMB3003.</summary>
    public static Advisory? Read(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            return Find(root, "withdrawn", JsonValueKind.String) is null ? ReadAdvisory(root, file) : null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException)
        {
            throw ScanErrors.AdvisoryInvalid(file, fault.Message, fault);
        }
    }

    private static Advisory ReadAdvisory(JsonElement root, string file) => new()
    {
        Id = Text(root, "id") ?? throw new FormatException("the member 'id' is missing"),
        Aliases = [.. Strings(root, "aliases").Concat(Strings(root, "upstream")).Distinct(StringComparer.Ordinal)],
        Summary = Text(root, "summary") ?? FirstLine(Text(root, "details") ?? ""),
        Modified = Text(root, "modified") is { } modified ? Date(modified) : null,
        Severity = Severity(root) ?? FindingSeverity.Unknown,
        Affected = [.. Items(root, "affected").Select(ReadAffected).OfType<AffectedPackage>()],
        File = file,
    };

    // An entry without a package speaks of a git repository; nothing installed is known by one.
    private static AffectedPackage? ReadAffected(JsonElement entry) =>
        Find(entry, "package", JsonValueKind.Object) is not { } package ? null : new AffectedPackage(
            Text(package, "ecosystem") ?? throw new FormatException("an affected package has no 'ecosystem'"),
            Text(package, "name") ?? throw new FormatException("an affected package has no 'name'"),
            [.. Items(entry, "ranges").Where(range => Text(range, "type") is "ECOSYSTEM" or "SEMVER").Select(ReadRange)],
            [.. Strings(entry, "versions")],
            Severity(entry));

    private static ImmutableArray<RangeEvent> ReadRange(JsonElement range) =>
        [.. Items(range, "events").SelectMany(e => e.EnumerateObject()).Select(member => new RangeEvent(KindOf(member.Name), member.Value.GetString() ?? throw new FormatException("an event's version is null")))];

    private static RangeEventKind KindOf(string name) => name switch
    {
        "introduced" => RangeEventKind.Introduced,
        "fixed" => RangeEventKind.Fixed,
        "last_affected" => RangeEventKind.LastAffected,
        "limit" => RangeEventKind.Limit,
        _ => throw new FormatException($"the range event '{name}' is not known"),
    };

    // The source's own rating first: it is made by people who know the package.
    private static FindingSeverity? Severity(JsonElement holder)
    {
        var rated = Find(holder, "database_specific", JsonValueKind.Object) is { } specific ? Rating(Text(specific, "severity")) : null;
        return rated ?? Items(holder, "severity").Select(entry => CvssScore.Of(Text(entry, "score") ?? "")).Max() switch
        {
            { } score => CvssScore.Rate(score),
            null => null,
        };
    }

    private static FindingSeverity? Rating(string? word) => word?.ToUpperInvariant() switch
    {
        "LOW" => FindingSeverity.Low,
        "MODERATE" or "MEDIUM" => FindingSeverity.Medium,
        "HIGH" => FindingSeverity.High,
        "CRITICAL" => FindingSeverity.Critical,
        _ => null,
    };

    private static DateTimeOffset Date(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : throw new FormatException($"'{text}' is no date");

    private static string FirstLine(string text) => text.AsSpan().TrimStart() is var trimmed && trimmed.IndexOf('\n') is >= 0 and var end ? trimmed[..end].ToString() : trimmed.ToString();

    private static string? Text(JsonElement holder, string name) => Find(holder, name, JsonValueKind.String)?.GetString();

    private static IEnumerable<string> Strings(JsonElement holder, string name) =>
        Items(holder, name).Select(item => item.GetString() ?? throw new FormatException($"'{name}' holds a null"));

    private static JsonElement[] Items(JsonElement holder, string name) =>
        Find(holder, name, JsonValueKind.Array) is { } array ? [.. array.EnumerateArray()] : [];

    // A member that is absent or null is none; one of another kind is an error.
    private static JsonElement? Find(JsonElement holder, string name, JsonValueKind kind)
    {
        if (holder.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"an object with '{name}' was expected, found {holder.ValueKind}");
        }

        if (!holder.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == kind ? value : throw new FormatException($"'{name}' is {value.ValueKind}, expected {kind}");
    }
}

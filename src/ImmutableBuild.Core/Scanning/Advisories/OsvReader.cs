using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Reads one advisory in the OSV format (ossf.github.io/osv-schema, version 1.6). What it can't understand is an error, never skipped.</summary>
internal static class OsvReader
{
    /// <summary>Reads an advisory; null when it was withdrawn. Throws IMB3003.</summary>
    public static Advisory? Read(ReadOnlyMemory<byte> json, string file) => StrictJson.Read(
        json,
        root => root.Find("withdrawn", JsonValueKind.String) is null ? ReadAdvisory(root, file) : null,
        (why, fault) => ScanErrors.AdvisoryInvalid(file, why, fault));

    private static Advisory ReadAdvisory(JsonElement root, string file) => new()
    {
        Id = root.RequiredText("id"),
        Aliases = [.. root.Texts("aliases").Concat(root.Texts("upstream")).Distinct(StringComparer.Ordinal)],
        Summary = root.Text("summary") ?? FirstLine(root.Text("details") ?? ""),
        Modified = root.Text("modified") is { } modified ? Date(modified) : null,
        Severity = Severity(root) ?? FindingSeverity.Unknown,
        Affected = [.. root.Items("affected").Select(ReadAffected).OfType<AffectedPackage>()],
        File = file,
    };

    // An entry without a package speaks of a git repository; nothing installed is known by one.
    private static AffectedPackage? ReadAffected(JsonElement entry) =>
        entry.Find("package", JsonValueKind.Object) is not { } package ? null : new AffectedPackage(
            package.Text("ecosystem") ?? throw new FormatException("an affected package has no 'ecosystem'"),
            package.Text("name") ?? throw new FormatException("an affected package has no 'name'"),
            [.. entry.Items("ranges").Where(range => range.Text("type") is "ECOSYSTEM" or "SEMVER").Select(ReadRange)],
            [.. entry.Texts("versions")],
            Severity(entry));

    private static ImmutableArray<RangeEvent> ReadRange(JsonElement range) =>
        [.. range.Items("events").SelectMany(e => e.EnumerateObject()).Select(member => new RangeEvent(KindOf(member.Name), member.Value.GetString() ?? throw new FormatException("an event's version is null")))];

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
        var rated = holder.Find("database_specific", JsonValueKind.Object) is { } specific ? Rating(specific.Text("severity")) : null;
        return rated ?? holder.Items("severity").Select(entry => CvssScore.Of(entry.Text("score") ?? "")).Max() switch
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
}

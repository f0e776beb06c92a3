using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Reports;

/// <summary><c>scan.json</c>: all that a scan found, and what it was made from. A later scan of the same image, advisories and options reads it instead of scanning.</summary>
internal sealed record ScanReport
{
    /// <summary>The version of this form.</summary>
    public const int CurrentSchema = 1;

    // Apostrophes and '+' stay as they are: the file is read by people, and is no part of a web page.
    private static readonly ScanReportJson Json = new(new JsonSerializerOptions(ScanReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The version of the file's form.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The scanner, <c>ImmutableBuild 0.1.0</c>.</summary>
    public required string Scanner { get; init; }

    /// <summary>The digest over everything the result depends on.</summary>
    public required Digest Inputs { get; init; }

    /// <summary>The image.</summary>
    public required Digest Image { get; init; }

    /// <summary>When it was scanned.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>pass</c>, <c>fail</c> or <c>notAssessed</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The gate.</summary>
    public required string FailOn { get; init; }

    /// <summary>The distribution, as its os-release names it; null for none.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>Where the advisories came from; null for none.</summary>
    public AdvisorySource? Advisories { get; init; }

    /// <summary>What could not be assessed, one sentence each.</summary>
    public required ImmutableArray<string> NotAssessed { get; init; }

    /// <summary>How many components the SBOM lists.</summary>
    public required int Components { get; init; }

    /// <summary>How many findings there are, by severity.</summary>
    public required ImmutableSortedDictionary<string, int> Counts { get; init; }

    /// <summary>The findings, the worst first.</summary>
    public required ImmutableArray<ReportedFinding> Findings { get; init; }

    /// <summary>The digests of the bills of materials of each platform, those in CycloneDX first, then those in SPDX.</summary>
    public required ImmutableArray<Digest> Sboms { get; init; }

    /// <summary>The digest of <c>scan.sarif</c>.</summary>
    public required Digest Sarif { get; init; }

    /// <summary>Reads the file's bytes; null when they are of another form or schema.</summary>
    public static ScanReport? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.ScanReport) is { Schema: CurrentSchema } report ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.ScanReport);
}

/// <summary>Where advisories came from.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Content">The digest over all of them.</param>
/// <param name="Newest">When the newest one changed; null where none says so.</param>
internal sealed record AdvisorySource(string Directory, int Count, Digest Content, DateTimeOffset? Newest);

/// <summary>A finding in <c>scan.json</c>.</summary>
internal sealed record ReportedFinding(
    string Id, ImmutableArray<string> Aliases, string Severity, string Subject, string Message, string WayOut, string? Path, int? Line, Digest? Layer);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ScanReport))]
internal sealed partial class ScanReportJson : JsonSerializerContext;

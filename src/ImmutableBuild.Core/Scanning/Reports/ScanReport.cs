using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;

namespace ImmutableBuild.Scanning.Reports;

/// <summary><c>scan.json</c>: all that a scan found, and what it was made from. A later scan of the same image, advisories and options reads it instead of scanning.</summary>
internal sealed record ScanReport
{
    /// <summary>The version of this form.</summary>
    public const int CurrentSchema = 2;

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

    /// <summary>The gate for vulnerabilities without a known fix.</summary>
    public required string FailOnUnfixed { get; init; }

    /// <summary>The distribution, as its os-release names it; null for none.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>Who was asked for vulnerabilities; empty for nobody.</summary>
    public required ImmutableArray<SourceFacts> Sources { get; init; }

    /// <summary>What could not be assessed, one sentence each.</summary>
    public required ImmutableArray<string> NotAssessed { get; init; }

    /// <summary>How many components the SBOM lists.</summary>
    public required int Components { get; init; }

    /// <summary>How many findings there are, by severity.</summary>
    public required ImmutableSortedDictionary<string, int> Counts { get; init; }

    /// <summary>The findings, the worst first.</summary>
    public required ImmutableArray<ReportedFinding> Findings { get; init; }

    /// <summary>What was found and does not count.</summary>
    public ImmutableArray<ReportedDismissal> Dismissed { get; init; } = [];

    /// <summary>What counts again, since its entry in the ignore file has expired.</summary>
    public ImmutableArray<ReportedDismissal> Expired { get; init; } = [];

    /// <summary>Entries of the ignore file that covered nothing.</summary>
    public ImmutableArray<string> UnusedIgnores { get; init; } = [];

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

/// <summary>A finding in <c>scan.json</c>.</summary>
internal sealed record ReportedFinding(
    string Id, ImmutableArray<string> Aliases, string Severity, string Subject, string Message, string WayOut, string? Path, int? Line, Digest? Layer)
{
    /// <summary>The package.</summary>
    public string? Purl { get; init; }

    /// <summary>The version that mends it.</summary>
    public string? Fix { get; init; }

    /// <summary>Whether something mends it today.</summary>
    public bool Fixable { get; init; } = true;

    /// <summary><c>base</c> or <c>own</c>; null where that was not asked.</summary>
    public string? Origin { get; init; }

    /// <summary>Who knows of it.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>The finding as it is written.</summary>
    public static ReportedFinding Of(Finding finding) => new(
        finding.Id, finding.Aliases, SeverityWords.Of(finding.Severity), finding.Subject, finding.Message, finding.WayOut,
        finding.Path is null ? null : PrintableText.Of(finding.Path), finding.Line > 0 ? finding.Line : null, finding.Layer)
    {
        Purl = finding.Purl,
        Fix = finding.Fix,
        Fixable = finding.IsFixable,
        Origin = finding.Origin switch { FindingOrigin.Base => "base", FindingOrigin.Own => "own", _ => null },
        Sources = finding.Sources,
    };
}

/// <summary>A finding that does not count, or would not if its entry had not expired.</summary>
/// <param name="Id">The finding.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Reason">Why it does not count.</param>
/// <param name="By">The file that says so.</param>
/// <param name="Expires">The last day on which it says so; null for good.</param>
internal sealed record ReportedDismissal(string Id, string Severity, string Subject, string Reason, string By, DateOnly? Expires)
{
    /// <summary>The dismissal as it is written.</summary>
    public static ReportedDismissal Of(DismissedFinding dismissed) => new(
        dismissed.Finding.Id, SeverityWords.Of(dismissed.Finding.Severity), dismissed.Finding.Subject,
        PrintableText.Of(dismissed.Dismissal.Reason), dismissed.Dismissal.By, dismissed.Dismissal.Expires);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ScanReport))]
internal sealed partial class ScanReportJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>Reads what <c>trivy image --format json</c> writes (schema version 2).</summary>
internal static class TrivyReport
{
    /// <summary>Reads it; throws <see cref="FormatException"/> for what is no such report.</summary>
    public static ScannerReport Read(byte[] json) => ScannerForm.Parse(json, root =>
    {
        if (root.Find("SchemaVersion", JsonValueKind.Number) is not { } version || !version.TryGetInt32(out var number) || number != 2)
        {
            throw new FormatException("it has no SchemaVersion 2");
        }

        var metadata = root.Find("Metadata", JsonValueKind.Object) ?? throw new FormatException("it has no Metadata");
        var results = root.Items("Results");
        return new ScannerReport(
            metadata.Text("ImageID"),
            [.. results.Select(EcosystemOf).OfType<string>()],
            [.. results.SelectMany(result => result.Items("Vulnerabilities").Select(found => ReadVulnerability(found, result)))],
            [.. NotAssessed(metadata)],
            null);
    });

    /// <summary>When the database was made, as the file beside it says; null where it doesn't.</summary>
    public static DateTimeOffset? DatabaseBuilt(string metadataFile)
    {
        try
        {
            return new FileInfo(metadataFile) is { Exists: true, Length: < 1024 * 1024 }
                ? ScannerForm.Parse(File.ReadAllBytes(metadataFile), root => root.Text("UpdatedAt") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var built) ? built : (DateTimeOffset?)null)
                : null;
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            // The scanner itself has read the database without fault: without this file, only the database's age is unknown.
            return null;
        }
    }

    private static ReportedVulnerability ReadVulnerability(JsonElement found, JsonElement result) => new(
        found.RequiredText("VulnerabilityID"),
        [.. found.Texts("VendorIDs")],
        SeverityOf(found.Text("Severity")),
        found.RequiredText("PkgName"),
        found.RequiredText("InstalledVersion"),
        PurlTypeOf(result.Text("Type")),
        found.Find("PkgIdentifier", JsonValueKind.Object)?.Text("PURL"),
        FirstOf(found.Text("FixedVersion")),
        found.Text("Title") ?? "",
        found.Text("PkgPath") ?? (result.Text("Class") == "lang-pkgs" ? result.Text("Target") ?? "" : ""));

    // Several fixes are of several lines: "13.0.1, 12.0.4".
    private static string? FirstOf(string? versions) => versions?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : null;

    private static IEnumerable<string> NotAssessed(JsonElement metadata)
    {
        if (metadata.Find("OS", JsonValueKind.Object) is { } os && os.Find("EOSL", JsonValueKind.True) is not null)
        {
            yield return $"trivy says that {os.Text("Family")} {os.Text("Name")} is out of support, so that nobody writes advisories for it any more";
        }
    }

    private static string? EcosystemOf(JsonElement result) => result.Text("Type") switch
    {
        "dotnet-core" or "nuget" or "packages-props" => "NUGET",
        { } type when result.Text("Class") == "os-pkgs" => type switch
        {
            "redhat" => "RED HAT",
            "rocky" => "ROCKY LINUX",
            "alma" => "ALMALINUX",
            _ => type.ToUpperInvariant(),
        },
        _ => null,
    };

    private static string? PurlTypeOf(string? type) => type switch
    {
        "dotnet-core" or "nuget" or "packages-props" => "nuget",
        "debian" or "ubuntu" => "deb",
        "alpine" or "wolfi" or "chainguard" => "apk",
        "redhat" or "centos" or "rocky" or "alma" or "oracle" or "amazon" or "fedora" or "photon" or "azurelinux" or "cbl-mariner" => "rpm",
        _ => null,
    };

    /// <summary>The severity of a scanner's word.</summary>
    public static FindingSeverity SeverityOf(string? word) => word?.ToUpperInvariant() switch
    {
        "CRITICAL" => FindingSeverity.Critical,
        "HIGH" => FindingSeverity.High,
        "MEDIUM" => FindingSeverity.Medium,
        "LOW" or "NEGLIGIBLE" => FindingSeverity.Low,
        _ => FindingSeverity.Unknown,
    };
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Dismissals;

namespace ImmutableBuild.Scanning.Reports;

/// <summary>Writes findings for code scanning (SARIF 2.1.0, OASIS), in the parts GitHub shows.</summary>
internal static class Sarif
{
    /// <summary>The file's bytes.</summary>
    /// <param name="findings">What counts.</param>
    /// <param name="dismissed">What doesn't: results that carry their justification (section 3.35), so that they show as closed.</param>
    /// <param name="image">The image.</param>
    /// <param name="scannerVersion">The version of the scanner.</param>
    public static byte[] Write(ImmutableArray<Finding> findings, ImmutableArray<DismissedFinding> dismissed, Digest image, string scannerVersion)
    {
        var results = findings.Select(finding => (Finding: finding, Reason: (string?)null)).Concat(dismissed.Select(each => (each.Finding, Reason: (string?)each.Dismissal.Reason))).ToArray();
        var rules = results.Select(result => result.Finding).GroupBy(finding => finding.Id, StringComparer.Ordinal).Select(group => group.First()).OrderBy(finding => finding.Id, StringComparer.Ordinal).ToArray();
        return ReportJson.Write(json =>
        {
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteObjects("runs", [image], _ =>
            {
                json.WriteObject("tool", () => json.WriteObject("driver", () =>
                {
                    json.WriteString("name", "ImmutableBuild");
                    json.WriteString("version", scannerVersion);
                    json.WriteObjects("rules", rules, rule => WriteRule(json, rule));
                }));
                json.WriteObject("properties", () => json.WriteString("image", image.ToString()));
                json.WriteObjects("results", results, result => WriteResult(json, result.Finding, result.Reason, Array.FindIndex(rules, rule => rule.Id == result.Finding.Id)));
            });
        });
    }

    private static void WriteRule(Utf8JsonWriter json, Finding finding)
    {
        var known = ErrorCatalogue.Find(finding.Id);
        json.WriteString("id", finding.Id);
        json.WriteObject("shortDescription", () => json.WriteString("text", known?.Title ?? $"{finding.Id} in {finding.Subject}"));
        json.WriteObject("fullDescription", () => json.WriteString("text", known?.Cause ?? finding.Message));
        json.WriteObject("help", () => json.WriteString("text", finding.WayOut));
        if (known is null)
        {
            json.WriteString("helpUri", $"https://osv.dev/vulnerability/{Uri.EscapeDataString(finding.Id)}");
        }

        json.WriteObject("defaultConfiguration", () => json.WriteString("level", Level(finding.Severity)));
        json.WriteObject("properties", () =>
        {
            // GitHub sorts by this score.
            json.WriteString("security-severity", finding.Severity switch
            {
                FindingSeverity.Critical => "9.5",
                FindingSeverity.High or FindingSeverity.Unknown => "8.0",
                FindingSeverity.Medium => "5.5",
                _ => "2.0",
            });
            json.WriteStartArray("tags");
            json.WriteStringValue("security");
            json.WriteEndArray();
        });
    }

    private static void WriteResult(Utf8JsonWriter json, Finding finding, string? dismissedFor, int ruleIndex)
    {
        json.WriteString("ruleId", finding.Id);
        json.WriteNumber("ruleIndex", ruleIndex);
        json.WriteString("level", Level(finding.Severity));
        json.WriteObject("message", () => json.WriteString("text", $"{finding.Subject}: {finding.Message} {finding.WayOut}"));
        // A result without a place is not shown; what is no file's matter is the image configuration's.
        json.WriteObjects("locations", [finding], found => json.WriteObject("physicalLocation", () =>
        {
            json.WriteObject("artifactLocation", () => json.WriteString("uri", UriOf(found.Path ?? "image-configuration")));
            json.WriteObject("region", () => json.WriteNumber("startLine", Math.Max(1, found.Line)));
        }));
        json.WriteObject("partialFingerprints", () => json.WriteString(
            "finding/v1", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{finding.Id}\n{finding.Subject}\n{finding.Path}"))).AsSpan(0, 32)));
        if (dismissedFor is not null)
        {
            json.WriteObjects("suppressions", [dismissedFor], reason =>
            {
                json.WriteString("kind", "external");
                json.WriteString("justification", PrintableText.Of(reason));
            });
        }
    }

    private static string UriOf(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Level(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Low => "note",
        FindingSeverity.Medium => "warning",
        _ => "error",
    };
}

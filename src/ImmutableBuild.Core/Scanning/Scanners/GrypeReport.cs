using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>Reads what <c>grype --output json</c> writes. It names what it found alone, so that it covers whatever it can be asked about.</summary>
internal static class GrypeReport
{
    private static readonly ImmutableHashSet<string> s_covered = ["NUGET", "DEBIAN", "UBUNTU", "ALPINE", "WOLFI", "CHAINGUARD", "RED HAT", "ROCKY LINUX", "ALMALINUX", "SUSE", "AZURE LINUX"];

    /// <summary>Reads it; throws <see cref="FormatException"/> for what is no such report.</summary>
    public static ScannerReport Read(byte[] json) => ScannerForm.Parse(json, root =>
    {
        if (root.Find("descriptor", JsonValueKind.Object) is not { } descriptor || descriptor.Text("name") != "grype")
        {
            throw new FormatException("its descriptor does not say grype");
        }

        if (root.Find("matches", JsonValueKind.Array) is null)
        {
            throw new FormatException("it has no matches");
        }

        var target = root.Find("source", JsonValueKind.Object)?.Find("target", JsonValueKind.Object);
        return new ScannerReport(
            target?.Text("imageID"),
            s_covered,
            [.. root.Items("matches").Concat(root.Items("ignoredMatches")).Select(ReadMatch)],
            [],
            BuiltAt(descriptor));
    });

    // Also reads what grype's own configuration made it ignore: only the release's ignore file dismisses findings.
    private static ReportedVulnerability ReadMatch(JsonElement match)
    {
        var vulnerability = match.Find("vulnerability", JsonValueKind.Object) ?? throw new FormatException("a match has no vulnerability");
        var artifact = match.Find("artifact", JsonValueKind.Object) ?? throw new FormatException("a match has no artifact");
        var purl = artifact.Text("purl");
        return new ReportedVulnerability(
            vulnerability.RequiredText("id"),
            [.. match.Items("relatedVulnerabilities").Select(related => related.RequiredText("id"))],
            TrivyReport.SeverityOf(vulnerability.Text("severity")),
            artifact.RequiredText("name"),
            artifact.RequiredText("version"),
            artifact.Text("type") switch { "dotnet" => "nuget", { } type => type, null => null },
            string.IsNullOrEmpty(purl) ? null : purl,
            vulnerability.Find("fix", JsonValueKind.Object)?.Texts("versions").FirstOrDefault(),
            FirstLine(vulnerability.Text("description") ?? ""),
            artifact.Items("locations").Select(location => location.Text("path")?.TrimStart('/')).FirstOrDefault() ?? "");
    }

    // Up to version 5 of its database: descriptor.db.built; from then on: descriptor.db.status.built.
    private static DateTimeOffset? BuiltAt(JsonElement descriptor)
    {
        var database = descriptor.Find("db", JsonValueKind.Object);
        var text = database?.Find("status", JsonValueKind.Object)?.Text("built") ?? database?.Text("built");
        return text is not null && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var built) ? built : null;
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}

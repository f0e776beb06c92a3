using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// What a scan found, in the form of cosign's <c>vuln</c> predicate (cosign, COSIGN_VULN_ATTESTATION_SPEC); <c>scanner.result</c> is the scanner's own: the
/// verdict, its gate and the findings.
/// </summary>
internal static class ScanPredicate
{
    /// <summary>The scanner's name.</summary>
    public const string Scanner = "https://immutablebuild.dev/scanner";

    private static readonly string Version = typeof(ScanPredicate).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Writes the predicate.</summary>
    public static void Write(Utf8JsonWriter json, ScanRecord scan, ScanOptions options)
    {
        json.WriteStartObject();
        json.WriteStartObject("invocation");
        json.WriteStartArray("parameters");
        json.WriteStringValue($"failOn={options.FailOn}");
        json.WriteEndArray();
        json.WriteString("uri", "");
        json.WriteString("event_id", "");
        json.WriteString("builder.id", "");
        json.WriteEndObject();
        json.WriteStartObject("scanner");
        json.WriteString("uri", Scanner);
        json.WriteString("version", Version);
        WriteDatabase(json, scan);
        WriteResult(json, scan, options);
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        json.WriteString("scanStartedOn", Rfc3339(scan.At));
        json.WriteString("scanFinishedOn", Rfc3339(scan.At));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // The form has room for one. Where there are several, the oldest says how much can be known at best; all stand in the result.
    private static void WriteDatabase(Utf8JsonWriter json, ScanRecord scan)
    {
        json.WriteStartObject("db");
        json.WriteString("uri", string.Join(", ", SourcesOf(scan).Select(source => source.Name)));
        json.WriteString("version", "");
        if (SourcesOf(scan).Select(source => source.AsOf).Min() is { } oldest)
        {
            json.WriteString("lastUpdate", Rfc3339(oldest));
        }

        json.WriteEndObject();
    }

    // A record of an earlier version has none.
    private static ImmutableArray<ScanSourceRecord> SourcesOf(ScanRecord scan) => scan.Sources.IsDefault ? [] : scan.Sources;

    private static void WriteResult(Utf8JsonWriter json, ScanRecord scan, ScanOptions options)
    {
        json.WriteStartObject("result");
        json.WriteString("verdict", scan.Verdict);
        json.WriteString("failOn", options.FailOn);
        json.WriteNumber("components", scan.Components);
        json.WriteNumber("dismissed", scan.Dismissed);
        json.WriteStartArray("sources");
        foreach (var source in SourcesOf(scan))
        {
            json.WriteStartObject();
            json.WriteString("name", source.Name);
            if (source.AsOf is { } time)
            {
                json.WriteString("asOf", Rfc3339(time));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("counts");
        foreach (var (severity, count) in scan.Findings)
        {
            json.WriteNumber(severity, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in scan.Details)
        {
            json.WriteStartObject();
            json.WriteString("id", finding.Id);
            json.WriteString("severity", finding.Severity);
            json.WriteString("subject", finding.Subject);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

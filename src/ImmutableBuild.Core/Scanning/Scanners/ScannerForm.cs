using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>How a kind of scanner is asked, and how it answers.</summary>
/// <param name="Arguments">Its arguments, for the archive.</param>
/// <param name="Variables">All the variables it gets, for the directory it may write to.</param>
/// <param name="Read">Reads its answer; throws <see cref="FormatException"/> for what is no report.</param>
/// <param name="BuiltAt">When its database was made; null where nothing tells.</param>
internal sealed record ScannerForm(
    Func<string, string[]> Arguments,
    Func<string, (string Name, string Value)[]> Variables,
    Func<byte[], ScannerReport> Read,
    Func<ScannerReport, DateTimeOffset?> BuiltAt)
{
    /// <summary>The form of <c>trivy</c> or <c>grype</c>.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="dataDirectory">Where its database is.</param>
    public static ScannerForm Of(string kind, string dataDirectory) => kind == "trivy" ? Trivy(Path.Combine(dataDirectory, kind)) : Grype(Path.Combine(dataDirectory, kind));

    // Nothing is fetched: neither the database nor, for Java, checksums from a registry.
    private static ScannerForm Trivy(string cache) => new(
        archive => ["image", "--quiet", "--cache-dir", cache, "--skip-db-update", "--skip-java-db-update", "--offline-scan", "--scanners", "vuln", "--list-all-pkgs", "--format", "json", "--input", archive],
        directory => Places(directory, OperatingSystem.IsWindows()),
        TrivyReport.Read,
        _ => TrivyReport.DatabaseBuilt(Path.Combine(cache, "db", "metadata.json")));

    private static ScannerForm Grype(string cache) => new(
        archive => [$"docker-archive:{archive}", "--quiet", "--output", "json"],
        directory => [.. Places(directory, OperatingSystem.IsWindows()), ("GRYPE_DB_CACHE_DIR", cache), ("GRYPE_DB_AUTO_UPDATE", "false"), ("GRYPE_CHECK_FOR_APP_UPDATE", "false"), ("GRYPE_DB_VALIDATE_AGE", "false")],
        GrypeReport.Read,
        report => report.DatabaseBuilt);

    /// <summary>The variables that name the places a program writes to. On Windows they have other names, and without the last one no program finds the system's libraries.</summary>
    public static (string Name, string Value)[] Places(string directory, bool isWindows) => isWindows
        ? [("USERPROFILE", directory), ("LOCALAPPDATA", directory), ("TEMP", directory), ("TMP", directory), ("SystemRoot", Environment.GetFolderPath(Environment.SpecialFolder.Windows))]
        : [("HOME", directory), ("TMPDIR", directory)];

    /// <summary>A report's bytes as the reader's result; what can't be read is a <see cref="FormatException"/>.</summary>
    public static T Parse<T>(ReadOnlyMemory<byte> json, Func<System.Text.Json.JsonElement, T> read) =>
        Advisories.StrictJson.Read(json, read, (why, fault) => new FormatException(PrintableText.Of(why), fault));
}

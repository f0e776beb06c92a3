using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>
/// The project's own list of findings that do not count, each with a reason and a day on which that ends (docs/vulnerabilities.md). It is held
/// to its form by the letter: a misspelt member would make an entry cover more than was meant.
/// </summary>
internal static class IgnoreFile
{
    /// <summary>The name it has beside a project.</summary>
    public const string DefaultName = "immutable.ignore.json";

    private const int LongestDays = 366;

    /// <summary>Reads it; throws IMB3010 for an entry without id, reason or expiry, or with a member that is not known.</summary>
    /// <param name="json">The content.</param>
    /// <param name="file">Where it is.</param>
    /// <param name="today">The day; nothing is ignored for more than a year ahead.</param>
    public static ImmutableArray<Dismissal> Read(ReadOnlyMemory<byte> json, string file, DateOnly today) => StrictJson.Read<ImmutableArray<Dismissal>>(
        json,
        root =>
        {
            root.AllowOnly("$schema", "ignore");
            return [.. root.Items("ignore").Select((entry, index) => ReadEntry(entry, index, file, today))];
        },
        (why, fault) => ScanErrors.IgnoreFileInvalid(file, why, fault));

    private static Dismissal ReadEntry(JsonElement entry, int index, string file, DateOnly today)
    {
        try
        {
            entry.AllowOnly("id", "reason", "expires", "purl", "path", "owner");
            var owner = entry.Text("owner");
            var reason = entry.RequiredText("reason");
            return new Dismissal(entry.RequiredText("id"), owner is null ? reason : $"{reason} ({owner})", file)
            {
                Packages = entry.Text("purl") is { } purl ? [PackagePattern.Parse(purl)] : [],
                Path = entry.Text("path") is { } path ? new PathPattern(path) : null,
                Expires = DayOf(entry.RequiredText("expires"), today),
            };
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            throw new FormatException($"entry {index + 1}: {fault.Message}", fault);
        }
    }

    private static DateOnly DayOf(string text, DateOnly today) =>
        !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? throw new FormatException($"'expires' is '{text}', expected a day such as 2027-01-31")
        : day.DayNumber - today.DayNumber > LongestDays ? throw new FormatException($"'expires' is {text}; at most a year ahead is taken, then someone has to look again")
        : day;
}

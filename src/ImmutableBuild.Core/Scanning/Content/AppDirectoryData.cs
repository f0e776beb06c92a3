using System.Text.Json;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Data is kept in the app's directory.</summary>
internal static partial class AppDirectoryData
{
    private const int MaximumNamed = 20;

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3112", "Data is written in the app's directory",
        "An instance is replaced, never changed: what it wrote beside the app is gone with the next release, and two instances have two of it.",
        "Keep data in a service, or in a volume (ImmutableDataVolume) by an absolute path outside of the app's directory, and leave databases and logs out of what is published.");

    /// <summary>Looks for databases and logs, and for settings that put a database at a relative path.</summary>
    public static IEnumerable<Finding> Check(ContentContext context) => Files(context).Concat(Settings(context)).Take(MaximumNamed);

    private static IEnumerable<Finding> Files(ContentContext context) =>
        AppDirectory.Entries(context).Where(entry => entry.Kind == ImageEntryKind.File && Data().IsMatch(entry.Path))
            .Select(file => ToFinding(file, $"/{file.Path}", "By its name it is a database or a log that was published with the app."));

    private static IEnumerable<Finding> Settings(ContentContext context) =>
        from settings in AppDirectory.Settings(context)
        from text in Texts(settings.Root)
        let path = RelativeDatabase().Match(text.Value)
        where path.Success
        select ToFinding(settings.File, $"/{settings.File.Path}, {text.Name}", $"It puts a database at '{path.Groups["path"].Value.Trim()}', which is within the app's directory.");

    private static IEnumerable<(string Name, string Value)> Texts(JsonElement element, string name = "") => element.ValueKind switch
    {
        JsonValueKind.String => [(name, element.GetString()!)],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Texts(member.Value, name.Length == 0 ? member.Name : $"{name}:{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Texts(item, name)),
        _ => [],
    };

    private static Finding ToFinding(ImageEntry file, string subject, string message) => new()
    {
        Id = Rule.Code, Severity = FindingSeverity.Medium, Subject = subject, Message = message, WayOut = Rule.Cure, Path = file.Path, Layer = file.Layer,
    };

    [GeneratedRegex(@"(?i)(\.(sqlite3?|db3|mdf|ldf|log)$)|([/\\]App_Data[/\\])|(\.db(-wal|-shm|-journal)$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Data();

    // SQLite's and LiteDB's connection strings. '|DataDirectory|' and variables are somebody's decision at run time.
    [GeneratedRegex(@"(?i)(^|;)\s{0,3}(data source|datasource|filename)\s{0,3}=\s{0,3}(?<path>(?![/\\|$%{]|[a-z]:[/\\]|file:/|:memory:)[^;]{1,200}\.(db3?|sqlite3?))\s{0,3}(;|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex RelativeDatabase();
}

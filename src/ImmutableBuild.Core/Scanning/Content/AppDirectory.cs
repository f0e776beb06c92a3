using System.Text.Json;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The app's own files: what is below the image's working directory and does not come from the base image.</summary>
internal static class AppDirectory
{
    private const int MaximumConfigurationLength = 1024 * 1024;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 64 };

    /// <summary>Its path without slashes around it; null where the image has none of its own.</summary>
    public static string? PathOf(ContentContext context) => (context.Image.Config.Config?.WorkingDir ?? "app").Trim('/') is { Length: > 0 } path ? path : null;

    /// <summary>What is in it.</summary>
    public static IEnumerable<ImageEntry> Entries(ContentContext context)
    {
        if (PathOf(context) is not { } path)
        {
            return [];
        }

        var prefix = $"{path}/";
        return context.Image.Entries.Where(entry => entry.Path.StartsWith(prefix, StringComparison.Ordinal) && !context.IsFromBase(entry));
    }

    /// <summary>The app's settings: <c>appsettings.json</c> and those of one environment, parsed as ASP.NET Core does; files that are no JSON are passed over.</summary>
    public static IEnumerable<(ImageEntry File, string? Environment, JsonElement Root)> Settings(ContentContext context)
    {
        foreach (var file in Entries(context).Where(entry => entry.Kind == ImageEntryKind.File && entry.Size <= MaximumConfigurationLength))
        {
            if (EnvironmentOf(file.Path.AsSpan(file.Path.LastIndexOf('/') + 1)) is { } environment && TryParse(context.Image.Read(file, MaximumConfigurationLength)) is { } settings)
            {
                using (settings)
                {
                    yield return (file, environment.Length == 0 ? null : environment, settings.RootElement.Clone());
                }
            }
        }
    }

    // appsettings.json, appsettings.Staging.json; null for any other name.
    private static string? EnvironmentOf(ReadOnlySpan<char> name) =>
        !name.StartsWith("appsettings.", StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.Ordinal) ? null
        : name.ToString().Split('.') switch
        {
            [_, _] => "",
            [_, var environment, _] => environment,
            _ => null,
        };

    private static JsonDocument? TryParse(byte[] json)
    {
        try
        {
            var settings = JsonDocument.Parse(json, Lenient);
            return settings.RootElement.ValueKind == JsonValueKind.Object ? settings : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

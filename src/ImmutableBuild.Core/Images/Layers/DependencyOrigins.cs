using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images.Layers;

/// <summary>Which published file comes from the runtime, a package or a referenced project, as the app's <c>.deps.json</c> tells.</summary>
internal sealed class DependencyOrigins
{
    private readonly Dictionary<string, string> _layers = new(StringComparer.Ordinal);

    /// <summary>Reads a <c>.deps.json</c>; one that doesn't exist (single-file, native AOT) knows of no file.</summary>
    public static DependencyOrigins Read(string file)
    {
        var origins = new DependencyOrigins();
        if (!File.Exists(file))
        {
            return origins;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { MaxDepth = 64 });
            origins.Add(document.RootElement);
            return origins;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw BakeErrors.DependenciesUnreadable(file, fault);
        }
    }

    /// <summary>The layer of a published file; null for the app's own. Symbols and documentation go with their assembly.</summary>
    public string? Find(string path)
    {
        if (_layers.TryGetValue(path, out var layer))
        {
            return layer;
        }

        var isCompanion = path.EndsWith(".pdb", StringComparison.Ordinal) || path.EndsWith(".xml", StringComparison.Ordinal);
        return isCompanion ? _layers.GetValueOrDefault(path[..^4] + ".dll") : null;
    }

    private void Add(JsonElement root)
    {
        var target = root.GetProperty("runtimeTarget").GetProperty("name").GetString()!;
        var types = root.GetProperty("libraries").EnumerateObject().ToDictionary(
            library => library.Name, library => library.Value.GetProperty("type").GetString(), StringComparer.Ordinal);
        var libraries = root.GetProperty("targets").GetProperty(target).EnumerateObject().ToArray();
        foreach (var library in libraries.Skip(IsApp(libraries, types) ? 1 : 0))
        {
            if (LayerOf(types.GetValueOrDefault(library.Name)) is { } layer)
            {
                AddAssets(library.Value, layer);
            }
        }
    }

    // The SDK writes the app itself as the first project; it is no dependency.
    private static bool IsApp(JsonProperty[] libraries, Dictionary<string, string?> types) =>
        libraries.Length > 0 && types.GetValueOrDefault(libraries[0].Name) == "project";

    private static string? LayerOf(string? type) => type switch
    {
        "runtimepack" => LayerPlan.Runtime,
        "package" or "reference" => "packages",
        "project" => "projects",
        _ => null,
    };

    private void AddAssets(JsonElement library, string layer)
    {
        foreach (var group in library.EnumerateObject().Where(member => member.Name is "runtime" or "native" or "runtimeTargets" or "resources"))
        {
            foreach (var asset in group.Value.EnumerateObject())
            {
                _layers.TryAdd(PublishedPath(group.Name, asset), layer);
            }
        }
    }

    // Publish keeps the path of RID-specific assets of a portable app, and flattens all others; satellites stay below their culture.
    private static string PublishedPath(string group, JsonProperty asset)
    {
        var name = asset.Name[(asset.Name.LastIndexOf('/') + 1)..];
        return group switch
        {
            "runtimeTargets" => asset.Name,
            "resources" when asset.Value.TryGetProperty("locale", out var locale) => $"{locale.GetString()}/{name}",
            _ => name,
        };
    }
}

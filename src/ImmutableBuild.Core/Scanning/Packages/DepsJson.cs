using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>
/// Reads what .NET's <c>*.deps.json</c> says is beside it (dotnet/runtime, docs/design/features/deps-json.md): packages,
/// projects and, of self-contained apps, the runtime packs. The shared framework describes itself in a file of the same form.
/// </summary>
internal static class DepsJson
{
    /// <summary>How large a file is read, in bytes.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    // Many times what any app has; the graph's cost grows with their product.
    private const int MaximumLibraries = 5_000;
    private const int MaximumDependencies = 50_000;
    private const int MaximumEdges = 500_000;

    private const string RuntimePack = "runtimepack.";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The components a file names. Throws <see cref="FormatException"/> when it is of another form.</summary>
    public static ImmutableArray<Component> Read(ReadOnlyMemory<byte> json, string path, Digest layer)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return ReadLibraries(document.RootElement, path, layer);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"it is no deps.json: {fault.Message}", fault);
        }
    }

    private static ImmutableArray<Component> ReadLibraries(JsonElement root, string path, Digest layer)
    {
        var name = root.GetProperty("runtimeTarget").GetProperty("name").GetString() ?? throw new FormatException("its runtime target has no name");
        var target = root.GetProperty("targets").GetProperty(name);
        var details = root.GetProperty("libraries").EnumerateObject().ToDictionary(library => library.Name, library => library.Value, StringComparer.Ordinal);
        var libraries = target.EnumerateObject().Take(MaximumLibraries + 1).Select(library => Library.Read(library, details)).ToArray();
        if (libraries.Length > MaximumLibraries || libraries.Sum(library => library.Dependencies.Length) > MaximumDependencies)
        {
            throw new FormatException($"it has more than {MaximumLibraries} libraries or {MaximumDependencies} dependencies");
        }

        var byName = libraries.ToLookup(library => library.Name, StringComparer.OrdinalIgnoreCase);
        var left = MaximumEdges;
        return [.. libraries.Where(library => library.HasFiles).Select(library => ToComponent(library, path, layer) with { DependsOn = Needed(library) })];

        ImmutableSortedSet<string> Needed(Library library)
        {
            var needed = WithFiles(library, byName);
            left -= needed.Count;
            return left >= 0
                ? needed.Select(dependency => ToComponent(dependency, path, layer).Reference).ToImmutableSortedSet(StringComparer.Ordinal)
                : throw new FormatException($"its libraries need each other in more than {MaximumEdges} ways");
        }
    }

    // Packages without files hold the graph together, but nothing of them is in the image: pass through to what they need.
    private static HashSet<Library> WithFiles(Library from, ILookup<string, Library> byName)
    {
        var found = new HashSet<Library>();
        var seen = new HashSet<Library> { from };
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var pending = new Stack<Library>([from]);
        while (pending.TryPop(out var library))
        {
            foreach (var next in library.Dependencies.Where(names.Add).SelectMany(name => byName[name]).Where(seen.Add))
            {
                if (next.HasFiles)
                {
                    found.Add(next);
                }
                else
                {
                    pending.Push(next);
                }
            }
        }

        return found;
    }

    private static Component ToComponent(Library library, string path, Digest layer) => new()
    {
        Kind = library.Type == "project" ? ComponentKind.Application : IsFramework(library) ? ComponentKind.Framework : ComponentKind.Library,
        Name = library.Name,
        Version = library.Version,
        Purl = library.Type == "project" ? null : PackageUrl.Of("nuget", null, library.Name, library.Version),
        Advisory = library.Type == "project" ? null : new AdvisoryIdentity("NuGet", library.Name, library.Version),
        PackageSha512 = library.Sha512,
        Locations = ImmutableSortedSet.Create(StringComparer.Ordinal, path),
        Layer = layer,
    };

    private static bool IsFramework(Library library) =>
        library.Type == "runtimepack"
        || (library.Name.StartsWith("Microsoft.", StringComparison.OrdinalIgnoreCase) && library.Name.Contains(".App.Runtime.", StringComparison.OrdinalIgnoreCase));

    private sealed record Library(string Name, string Version, string Type, bool HasFiles, ImmutableArray<string> Dependencies, string? Sha512)
    {
        public static Library Read(JsonProperty entry, Dictionary<string, JsonElement> details)
        {
            var slash = entry.Name.LastIndexOf('/');
            if (slash <= 0 || slash == entry.Name.Length - 1)
            {
                throw new FormatException($"the library '{entry.Name}' has no version");
            }

            var detail = details[entry.Name];
            var type = detail.GetProperty("type").GetString() ?? "";
            var name = entry.Name[..slash];
            return new Library(
                name.StartsWith(RuntimePack, StringComparison.Ordinal) ? name[RuntimePack.Length..] : name,
                entry.Name[(slash + 1)..],
                type,
                Has(entry.Value, "runtime") || Has(entry.Value, "runtimeTargets") || Has(entry.Value, "native") || Has(entry.Value, "resources"),
                entry.Value.TryGetProperty("dependencies", out var dependencies)
                    ? [.. dependencies.EnumerateObject().Select(d => d.Name.StartsWith(RuntimePack, StringComparison.Ordinal) ? d.Name[RuntimePack.Length..] : d.Name)]
                    : [],
                Sha512Of(detail));
        }

        private static bool Has(JsonElement library, string assets) => library.TryGetProperty(assets, out var files) && files.EnumerateObject().MoveNext();

        private static string? Sha512Of(JsonElement detail)
        {
            const string prefix = "sha512-";
            var hash = new byte[64];
            return detail.TryGetProperty("sha512", out var text) && text.GetString() is { } value && value.StartsWith(prefix, StringComparison.Ordinal)
                && Convert.TryFromBase64String(value[prefix.Length..], hash, out var written) && written == hash.Length
                ? Convert.ToHexStringLower(hash)
                : null;
        }
    }
}

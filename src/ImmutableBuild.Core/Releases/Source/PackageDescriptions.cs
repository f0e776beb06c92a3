using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Releases.Source;

/// <summary>What NuGet restored for one runtime, by its <c>project.assets.json</c>, with what each package's nuspec says of it.</summary>
public sealed class PackageDescriptions
{
    private readonly JsonElement _root;
    private readonly ImmutableArray<string> _folders;

    private PackageDescriptions(JsonElement root)
    {
        _root = root;
        _folders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
    }

    /// <summary>Writes down what Scan has to know of it, since the packages' folder may be gone by then. IMB1403 when the assets can't be read.</summary>
    /// <param name="assetsFile">The <c>project.assets.json</c>.</param>
    /// <param name="published">What was published of it.</param>
    /// <param name="file">The file to write.</param>
    public static void Write(string assetsFile, PublishRecord published, string file) => AtomicFile.Write(file, Read(assetsFile, published).ToJson());

    /// <summary>Reads it. IMB1403 when it can't be read.</summary>
    internal static BuiltPackages Read(string assetsFile, PublishRecord published)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
            var restored = new PackageDescriptions(document.RootElement);
            return new BuiltPackages
            {
                EntryPoint = published.EntryPoint,
                Packages = [.. restored.Libraries(published).Concat(restored.RuntimePacks(published)).DistinctBy(package => package.Id, StringComparer.OrdinalIgnoreCase).OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase)],
            };
        }
        catch (Exception fault) when (fault is IOException or JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw PackageErrors.Unreadable(assetsFile, fault);
        }
    }

    private IEnumerable<BuiltPackage> Libraries(PublishRecord published)
    {
        var targets = _root.GetProperty("targets").EnumerateObject().ToArray();
        var target = targets.FirstOrDefault(target => target.Name.EndsWith($"/{published.RuntimeIdentifier}", StringComparison.Ordinal)) is { Value.ValueKind: JsonValueKind.Object } exact ? exact : targets[0];
        foreach (var library in target.Value.EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package"))
        {
            var name = library.Name.Split('/');
            var needs = library.Value.TryGetProperty("dependencies", out var dependencies) ? dependencies.EnumerateObject().Select(dependency => dependency.Name) : [];
            yield return Describe(name[0], name[1], isRuntime: false, HasFiles(library.Value), [.. needs]);
        }
    }

    // The runtime packs: NuGet downloads them for a self-contained app, which does not refer to them as packages.
    private IEnumerable<BuiltPackage> RuntimePacks(PublishRecord published) =>
        from framework in _root.GetProperty("project").GetProperty("frameworks").EnumerateObject()
        where framework.Value.TryGetProperty("downloadDependencies", out _)
        from pack in framework.Value.GetProperty("downloadDependencies").EnumerateArray()
        let name = pack.GetProperty("name").GetString() ?? ""
        where name.Contains(".App.Runtime.", StringComparison.Ordinal) && name.EndsWith($".{published.RuntimeIdentifier}", StringComparison.Ordinal)
        select Describe(name, (pack.GetProperty("version").GetString() ?? "").Trim('[', ']').Split(',')[0], isRuntime: true, published.SelfContained, []);

    private BuiltPackage Describe(string id, string version, bool isRuntime, bool isPublished, ImmutableArray<string> needs)
    {
        var folder = _folders.Select(folder => Path.Combine(folder, id.ToLowerInvariant(), version.ToLowerInvariant())).FirstOrDefault(Directory.Exists);
        var nuspec = folder is null ? null : Nuspec.TryRead(Path.Combine(folder, $"{id.ToLowerInvariant()}.nuspec"));
        return new BuiltPackage(id, version, Sha512Of(id, version, folder), nuspec?.License, nuspec?.Authors, isRuntime, isPublished, needs);
    }

    private string? Sha512Of(string id, string version, string? folder)
    {
        var base64 = _root.GetProperty("libraries").TryGetProperty($"{id}/{version}", out var library) && library.TryGetProperty("sha512", out var hash) ? hash.GetString()
            : folder is not null && Path.Combine(folder, $"{id.ToLowerInvariant()}.{version.ToLowerInvariant()}.nupkg.sha512") is var file && File.Exists(file) ? File.ReadAllText(file)
            : null;
        var bytes = new byte[64];
        return base64 is not null && Convert.TryFromBase64String(base64.Trim(), bytes, out var written) && written == bytes.Length ? Convert.ToHexStringLower(bytes) : null;
    }

    // NuGet writes '_._' where a package has nothing for a framework.
    private static bool HasFiles(JsonElement library) =>
        library.EnumerateObject().Where(member => member.Name is "runtime" or "native" or "resource" or "runtimeTargets")
            .Any(member => member.Value.EnumerateObject().Any(file => !file.Name.EndsWith("_._", StringComparison.Ordinal)));
}

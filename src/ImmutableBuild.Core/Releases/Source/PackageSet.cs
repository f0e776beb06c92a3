using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>The packages of a project, by framework (<c>net10.0</c>) and by framework with runtime (<c>net10.0/linux-x64</c>).</summary>
public sealed class PackageSet
{
    private PackageSet(ImmutableSortedDictionary<string, ImmutableArray<Package>> targets) => Targets = targets;

    /// <summary>Each target's packages.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<Package>> Targets { get; }

    /// <summary>What <c>packages.lock.json</c> names. A runtime's target holds only what the framework's doesn't. IMB1403 when it can't be read.</summary>
    public static PackageSet OfLockFile(string file) => Read(file, root =>
        from target in root.GetProperty("dependencies").EnumerateObject()
        select (target.Name, from package in target.Value.EnumerateObject()
                             where package.Value.GetProperty("type").GetString() != "Project"
                             select new Package(package.Name, Text(package.Value, "resolved"), Text(package.Value, "contentHash"))));

    /// <summary>What NuGet restored, by its <c>project.assets.json</c>. IMB1403 when it can't be read.</summary>
    public static PackageSet OfAssets(string file) => Read(file, root =>
        from target in root.GetProperty("targets").EnumerateObject()
        select (target.Name, from package in target.Value.EnumerateObject()
                             where package.Value.GetProperty("type").GetString() == "package"
                             select new Package(package.Name.Split('/')[0], package.Name.Split('/')[1], Text(root.GetProperty("libraries").GetProperty(package.Name), "sha512"))));

    private static PackageSet Read(string file, Func<JsonElement, IEnumerable<(string Target, IEnumerable<Package> Packages)>> read)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return new PackageSet(read(document.RootElement).ToImmutableSortedDictionary(target => target.Target, target => target.Packages.ToImmutableArray(), StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception fault) when (fault is IOException or JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw PackageErrors.Unreadable(file, fault);
        }
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}

/// <summary>A package.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Hash">The SHA-512 of its content, base64.</param>
public sealed record Package(string Id, string Version, string Hash);

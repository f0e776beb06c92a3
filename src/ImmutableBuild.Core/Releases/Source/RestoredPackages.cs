using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>All packages that a build was made from, as NuGet restored them: those of the project, and those of the SDK's such as the runtime itself.</summary>
public static partial class RestoredPackages
{
    private const int LongestMetadata = 64 * 1024;

    /// <summary>Reads <c>project.assets.json</c>, each package once, in the order of their names. IMB1403 when it can't be read.</summary>
    /// <param name="assetsFile">The file.</param>
    public static ImmutableArray<Package> Read(string assetsFile) =>
    [
        .. PackageSet.OfAssets(assetsFile).Targets.Values.SelectMany(packages => packages).Concat(Downloaded(assetsFile))
            .Where(package => IsSha512(package.Hash))
            .Distinct()
            .OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase)
            .ThenBy(package => package.Version, StringComparer.Ordinal),
    ];

    // NuGet writes down the version of those, and their hash only where it has unpacked them.
    private static IEnumerable<Package> Downloaded(string assetsFile)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
            var folders = document.RootElement.TryGetProperty("packageFolders", out var found) ? found.EnumerateObject().Select(folder => folder.Name).ToArray() : [];
            return
            [
                .. from framework in document.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
                   where framework.Value.TryGetProperty("downloadDependencies", out _)
                   from dependency in framework.Value.GetProperty("downloadDependencies").EnumerateArray()
                   let id = dependency.GetProperty("name").GetString()!
                   let version = ExactVersion.Match(dependency.GetProperty("version").GetString() ?? "")
                   where version.Success
                   let hash = folders.Select(folder => HashIn(Path.Combine(folder, id.ToLowerInvariant(), version.Groups["version"].Value.ToLowerInvariant()))).FirstOrDefault(hash => hash is not null)
                   where hash is not null
                   select new Package(id, version.Groups["version"].Value, hash),
            ];
        }
        catch (Exception fault) when (fault is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw PackageErrors.Unreadable(assetsFile, fault);
        }
    }

    private static string? HashIn(string package)
    {
        var file = new FileInfo(Path.Combine(package, ".nupkg.metadata"));
        if (file is not { Exists: true, Length: < LongestMetadata })
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
        return document.RootElement.TryGetProperty("contentHash", out var hash) ? hash.GetString() : null;
    }

    private static bool IsSha512(string hash) => Convert.TryFromBase64String(hash, new byte[hash.Length], out var length) && length == 64;

    // NuGet's notation of one version and no other (NuGet, "Package versioning").
    [GeneratedRegex(@"\A\[(?<version>[0-9A-Za-z.+-]+)(, \k<version>)?\]\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExactVersion { get; }
}

using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Reads apk's list of installed packages (apk-tools, <c>lib/apk/db/installed</c>): one letter, a colon and a value in each line.</summary>
internal static class ApkDatabase
{
    /// <summary>The installed packages. Throws <see cref="FormatException"/> for a record without name or version.</summary>
    public static ImmutableArray<Component> Read(string text, OsRelease os, string path, Digest layer) =>
        Dependencies.Resolve([.. Records(text).Select(record => ToPackage(record, os, path, layer))]);

    private static IEnumerable<Dictionary<char, string>> Records(string text)
    {
        var record = new Dictionary<char, string>();
        foreach (var line in text.Split('\n').Append(""))
        {
            if (line.TrimEnd('\r').Length == 0)
            {
                if (record.Count > 0)
                {
                    yield return record;
                    record = [];
                }
            }
            else if (line is [var letter, ':', ..])
            {
                // Files and directories repeat their letters; the package's own lines come first, once each.
                record.TryAdd(letter, line[2..].Trim());
            }
        }
    }

    private static ProvidingPackage ToPackage(Dictionary<char, string> record, OsRelease os, string path, Digest layer)
    {
        var name = record.GetValueOrDefault('P') ?? throw new FormatException("a package has no name");
        var version = record.GetValueOrDefault('V') ?? throw new FormatException($"the package '{name}' has no version");
        var distribution = os.VersionId is null ? os.Id : $"{os.Id}-{os.VersionId}";
        var component = new Component
        {
            Kind = ComponentKind.Library,
            Name = name,
            Version = version,
            Purl = record.TryGetValue('A', out var architecture)
                ? PackageUrl.Of("apk", os.Id, name, version, ("arch", architecture), ("distro", distribution))
                : PackageUrl.Of("apk", os.Id, name, version, ("distro", distribution)),
            Advisory = os.Ecosystem is { } ecosystem ? new AdvisoryIdentity(ecosystem, record.GetValueOrDefault('o', name), version) : null,
            License = License.Of(record.GetValueOrDefault('L')),
            Supplier = Maintainer.NameOf(record.GetValueOrDefault('m')),
            Locations = ImmutableSortedSet.Create(StringComparer.Ordinal, path),
            Layer = layer,
        };
        return new ProvidingPackage(component, Names(record.GetValueOrDefault('p', "")), Names(record.GetValueOrDefault('D', "")));
    }

    // "so:libc.musl-x86_64.so.1=1", "busybox>=1.2"; "!x" says what must not be there.
    private static string[] Names(string list) =>
        [.. list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(item => item[0] != '!').Select(item => item.Split('=', '<', '>', '~')[0])];
}

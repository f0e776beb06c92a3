using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>The packages of the distribution: dpkg's, apk's and rpm's.</summary>
internal static class OsPackages
{
    private const int MaximumTextLength = 64 * 1024 * 1024;
    private const int MaximumRpmLength = 256 * 1024 * 1024;

    // A database is written anew in each layer that installs something. More of its versions than these are not looked at.
    private const int MaximumVersions = 8;

    private static readonly OsRelease NoOs = new("linux", null, "no os-release");
    private static readonly string[] ApkFiles = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];
    private static readonly string[] RpmFiles = ["var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"];
    private static readonly string[] OtherDatabases = ["var/lib/rpm/Packages", "var/lib/rpm/Packages.db", "usr/lib/sysimage/rpm/Packages.db", "var/lib/pacman/local"];

    /// <summary>Adds them.</summary>
    public static void AddTo(InventoryBuilder builder, ImageFileSystem image, OsRelease? os, CancellationToken cancellationToken)
    {
        var before = builder.Count;
        foreach (var (file, maximumLength, read) in Databases(image, os ?? NoOs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddDatabase(builder, image, file, maximumLength, read);
        }

        foreach (var file in OtherDatabases.Select(image.Find).OfType<ImageEntry>())
        {
            builder.AddUnread($"/{file.Path} is a package database that this scanner does not read");
        }

        var found = builder.Count > before;
        if (found && os?.Ecosystem is null)
        {
            builder.AddUnread($"the packages of '{os?.Name ?? "an unnamed distribution"}' were listed, but no advisories are known by that distribution's name");
        }
        else if (!found && os is not null)
        {
            builder.AddUnread($"/etc/os-release says '{os.Name}', but no package database was found");
        }
    }

    private static IEnumerable<Database> Databases(ImageFileSystem image, OsRelease os)
    {
        foreach (var file in DpkgFiles(image))
        {
            yield return new(file, MaximumTextLength, (content, version) => DpkgDatabase.Read(Text(content), os, version.Path, version.Layer));
        }

        foreach (var file in Find(image, ApkFiles))
        {
            yield return new(file, MaximumTextLength, (content, version) => ApkDatabase.Read(Text(content), os, version.Path, version.Layer));
        }

        foreach (var file in Find(image, RpmFiles))
        {
            yield return new(file, MaximumRpmLength, (content, version) => image.Find($"{file.Path}-wal") is { Size: > 0 }
                ? throw new FormatException("changes that SQLite has not yet written into it are in a file beside it")
                : RpmDatabase.Read(content, os, version.Path, version.Layer));
        }
    }

    // distroless: a file for each package in status.d, and its checksums in another beside it.
    private static IEnumerable<ImageEntry> DpkgFiles(ImageFileSystem image) =>
        Find(image, ["var/lib/dpkg/status"]).Concat(image.Entries.Where(entry => entry.Kind == ImageEntryKind.File
            && entry.Path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal)
            && !entry.Path.EndsWith(".md5sums", StringComparison.Ordinal)));

    private static IEnumerable<ImageEntry> Find(ImageFileSystem image, string[] paths) => paths.Select(image.Find).OfType<ImageEntry>().DistinctBy(file => file.Path);

    // The topmost version of the database says what is installed. A package came in the lowest layer whose version of the database lists it.
    private static void AddDatabase(InventoryBuilder builder, ImageFileSystem image, ImageEntry file, int maximumLength, Func<Stream, ImageEntry, ImmutableArray<Component>> read)
    {
        var versions = image.VersionsOf(file).TakeLast(MaximumVersions).SkipLast(1).Where(version => version.Size <= maximumLength).ToArray();
        builder.AddFile(file, maximumLength, content =>
        {
            var firstIn = new Dictionary<string, Digest>(StringComparer.Ordinal);
            foreach (var version in versions)
            {
                foreach (var component in TryRead(image, version, read))
                {
                    firstIn.TryAdd(component.Reference, version.Layer);
                }
            }

            return [.. read(content, file).Select(component => firstIn.TryGetValue(component.Reference, out var layer) ? component with { Layer = layer } : component)];
        });
    }

    // An earlier version of the database only tells which layer a package came in, so one that can't be read is passed over.
    private static ImmutableArray<Component> TryRead(ImageFileSystem image, ImageEntry version, Func<Stream, ImageEntry, ImmutableArray<Component>> read)
    {
        try
        {
            using var content = image.OpenNoted(version);
            return read(content, version);
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static string Text(Stream content)
    {
        using var reader = new StreamReader(content, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        return reader.ReadToEnd();
    }

    private sealed record Database(ImageEntry File, int MaximumLength, Func<Stream, ImageEntry, ImmutableArray<Component>> Read);
}

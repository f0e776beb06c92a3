using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Lists what is in an image: .NET packages and runtimes, dpkg's and apk's packages.</summary>
internal sealed class InventoryReader
{
    private const int MaximumDatabaseLength = 64 * 1024 * 1024;

    private static readonly OsRelease NoOs = new("linux", null, "no os-release");
    private static readonly string[] OsReleaseFiles = ["etc/os-release", "usr/lib/os-release"];
    private static readonly string[] ApkFiles = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];
    private static readonly string[] OtherDatabases = ["var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/Packages", "var/lib/pacman/local"];

    private readonly ImageFileSystem _image;
    private readonly Dictionary<string, Component> _components = new(StringComparer.Ordinal);
    private readonly List<string> _unread = [];

    private InventoryReader(ImageFileSystem image) => _image = image;

    /// <summary>Reads the inventory. What can't be read is said in <see cref="Inventory.Unread"/>, never left out in silence.</summary>
    public static Inventory Read(ImageFileSystem image, CancellationToken cancellationToken)
    {
        var reader = new InventoryReader(image);
        var os = reader.ReadOs();
        var dotnetFiles = 0;
        foreach (var entry in image.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == ImageEntryKind.File && entry.Path.EndsWith(".deps.json", StringComparison.OrdinalIgnoreCase))
            {
                dotnetFiles++;
                reader.ReadFile(entry, DepsJson.MaximumLength, bytes => DepsJson.Read(bytes, entry.Path, entry.Layer));
            }
        }

        if (dotnetFiles == 0)
        {
            reader._unread.Add("the image holds no *.deps.json, so the app's packages are not known (a single-file or native publish leaves none)");
        }

        reader.ReadOsPackages(os);
        return new Inventory(os, [.. reader._components.Values.OrderBy(component => component.Reference, StringComparer.Ordinal)], [.. reader._unread]);
    }

    private OsRelease? ReadOs()
    {
        OsRelease? os = null;
        foreach (var file in OsReleaseFiles.Select(_image.Find).OfType<ImageEntry>())
        {
            ReadFile(file, 1024 * 1024, bytes =>
            {
                os ??= OsRelease.Parse(Encoding.UTF8.GetString(bytes));
                return [];
            });
        }

        return os;
    }

    private void ReadOsPackages(OsRelease? os)
    {
        var before = _components.Count;
        foreach (var file in DpkgFiles())
        {
            ReadFile(file, MaximumDatabaseLength, bytes => DpkgDatabase.Read(Encoding.UTF8.GetString(bytes), os ?? NoOs, file.Path, file.Layer));
        }

        foreach (var file in ApkFiles.Select(_image.Find).OfType<ImageEntry>().DistinctBy(file => file.Path))
        {
            ReadFile(file, MaximumDatabaseLength, bytes => ApkDatabase.Read(Encoding.UTF8.GetString(bytes), os ?? NoOs, file.Path, file.Layer));
        }

        foreach (var file in OtherDatabases.Select(_image.Find).OfType<ImageEntry>())
        {
            _unread.Add($"/{file.Path} is a package database that this scanner does not read");
        }

        var found = _components.Count > before;
        if (found && os?.Ecosystem is null)
        {
            _unread.Add($"the packages of '{os?.Name ?? "an unnamed distribution"}' were listed, but no advisories are known by that distribution's name");
        }
        else if (!found && os is not null)
        {
            _unread.Add($"/etc/os-release says '{os.Name}', but no package database was found");
        }
    }

    // distroless: a file for each package in status.d, and its checksums in another beside it.
    private IEnumerable<ImageEntry> DpkgFiles()
    {
        if (_image.Find("var/lib/dpkg/status") is { } whole)
        {
            yield return whole;
        }

        foreach (var file in _image.Entries.Where(entry => entry.Kind == ImageEntryKind.File
            && entry.Path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal)
            && !entry.Path.EndsWith(".md5sums", StringComparison.Ordinal)))
        {
            yield return file;
        }
    }

    private void ReadFile(ImageEntry file, int maximumLength, Func<byte[], ImmutableArray<Component>> read)
    {
        if (file.Kind != ImageEntryKind.File || file.Size > maximumLength)
        {
            _unread.Add($"/{file.Path} was not read: {(file.Kind == ImageEntryKind.File ? $"it has {file.Size} bytes, at most {maximumLength} are read" : "it is no file")}");
            return;
        }

        try
        {
            foreach (var component in read(_image.Read(file, maximumLength)))
            {
                Add(component);
            }
        }
        catch (FormatException fault)
        {
            _unread.Add($"/{file.Path} could not be understood: {fault.Message}");
        }
    }

    // One package named by several files is one component, found in several places.
    private void Add(Component component) => _components[component.Reference] = _components.TryGetValue(component.Reference, out var known)
        ? known with
        {
            Locations = known.Locations.Union(component.Locations),
            DependsOn = known.DependsOn.Union(component.DependsOn),
            PackageSha512 = known.PackageSha512 ?? component.PackageSha512,
        }
        : component;
}

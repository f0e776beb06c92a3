using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Enumeration;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images.Layers;

/// <summary>
/// Splits a publish output by rate of change, slowest first, so that a one-line edit changes a small layer only: the runtime
/// of a self-contained app, third-party packages, referenced projects, static web content, what starts and sets up the app (host
/// program, <c>.deps.json</c>, settings), and what its own code compiles to.
/// </summary>
internal static class LayerPlan
{
    /// <summary>The layer of a self-contained app's runtime.</summary>
    public const string Runtime = "runtime";

    private static readonly string[] Slow = [Runtime, "packages"];
    private static readonly string[] Quick = ["projects", "static", "host", "app"];

    /// <summary>The names that a layer of the user's own can't have, "root" and "base" beside those of the layers made here.</summary>
    public static ImmutableArray<string> Names { get; } = ["base", "root", .. Slow, .. Quick];

    /// <summary>The same, without layers of the user's own.</summary>
    public static ImmutableArray<PlannedLayer> Make(string publishDirectory, string entryPoint) => Make(publishDirectory, entryPoint, []);

    /// <summary>The layers that have files; those of <paramref name="custom"/> are above the packages, in the order given, and the first that matches has a file. Throws IMB2010 when the directory is missing or empty, IMB2011 for links that lead outside.</summary>
    public static ImmutableArray<PlannedLayer> Make(string publishDirectory, string entryPoint, ImmutableArray<CustomLayer> custom)
    {
        var root = Path.GetFullPath(publishDirectory);
        var files = FilesOf(root);
        var origins = DependencyOrigins.Read(Path.Combine(root, Path.GetFileNameWithoutExtension(Assembly(entryPoint)) + ".deps.json"));
        var compiled = CompiledNames(Assembly(entryPoint), files);
        var byLayer = files.ToLookup(file => custom.FirstOrDefault(layer => layer.Has(file.Path))?.Name ?? LayerOf(file.Path, origins, compiled), StringComparer.Ordinal);
        string[] order = [.. Slow, .. custom.Select(layer => layer.Name).Distinct(StringComparer.Ordinal), .. Quick];
        return [.. order.Where(byLayer.Contains).Select(name => new PlannedLayer(name, [.. byLayer[name]]))];
    }

    /// <summary>The main assembly of an entry point: <c>Web</c> (an executable) and <c>Web.dll</c> both mean <c>Web.dll</c>.</summary>
    public static string Assembly(string entryPoint) => entryPoint.EndsWith(".dll", StringComparison.Ordinal) ? entryPoint
        : entryPoint.EndsWith(".exe", StringComparison.Ordinal) ? entryPoint[..^4] + ".dll"
        : entryPoint + ".dll";

    private static string LayerOf(string path, DependencyOrigins origins, FrozenSet<string> compiled) => origins.Find(path)
        ?? (path.StartsWith("wwwroot/", StringComparison.Ordinal) ? "static"
        : compiled.Contains(path[(path.LastIndexOf('/') + 1)..]) ? "app"
        : "host");

    // The files that change with the app's code: the assembly, or the executable where the assembly is within it (single-file, native AOT). Otherwise the executable is the same for any code.
    private static FrozenSet<string> CompiledNames(string assembly, PlannedFile[] files)
    {
        var name = assembly[..^4];
        string[] names = files.Any(file => file.Path == assembly) ? [assembly, $"{name}.pdb", $"{name}.xml", $"{name}.resources.dll"] : [name, $"{name}.exe", $"{name}.pdb", $"{name}.dbg", $"{name}.xml", $"{name}.resources.dll"];
        return names.ToFrozenSet(StringComparer.Ordinal);
    }

    // In ordinal order of their paths: file systems list a directory in an order of their own.
    private static PlannedFile[] FilesOf(string root)
    {
        if (!Directory.Exists(root))
        {
            throw BakeErrors.PublishOutputMissing(root, "no such directory");
        }

        // Hidden files too: .NET takes every name with a leading dot for hidden, and .well-known/ is content like any other.
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        var packages = PublishFolder.PackageFilesIn(root);
        var found = new FileSystemEnumerable<PlannedFile>(root, (ref FileSystemEntry entry) => FileOf(root, ref entry, packages), everything)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? true : throw BakeErrors.LinkInPublishOutput(entry.ToFullPath()),
        };
        var files = found.OrderBy(file => file.Path, StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? files : throw BakeErrors.PublishOutputMissing(root, "it is empty");
    }

    private static PlannedFile FileOf(string root, ref FileSystemEntry entry, IReadOnlyDictionary<string, string> packages)
    {
        var full = entry.ToFullPath();
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !LeadsInto(root, full))
        {
            throw BakeErrors.LinkInPublishOutput(full);
        }

        return new PlannedFile(full, Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/')) { Package = packages.GetValueOrDefault(full) };
    }

    private static bool LeadsInto(string root, string link) =>
        File.ResolveLinkTarget(link, returnFinalTarget: true) is FileInfo { Exists: true } target
        && target.FullName.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

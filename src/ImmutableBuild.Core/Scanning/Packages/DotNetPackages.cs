using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>
/// The .NET packages of an image: every <c>*.deps.json</c>, also within the executables of single-file apps, and for an app that
/// has none (native AOT) what it was built from.
/// </summary>
internal static class DotNetPackages
{
    private const string DepsSuffix = ".deps.json";
    private const int SmallestHost = 64 * 1024;
    private const int Executable = 0b001_001_001;

    /// <summary>Adds them.</summary>
    public static void AddTo(InventoryBuilder builder, ImageFileSystem image, BuiltPackages? built, CancellationToken cancellationToken)
    {
        var described = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in image.Entries.Where(entry => entry.Kind == ImageEntryKind.File))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Path.EndsWith(DepsSuffix, StringComparison.OrdinalIgnoreCase))
            {
                described.Add(entry.Path[..^DepsSuffix.Length]);
                builder.AddFile(entry, DepsJson.MaximumLength, content => DepsJson.Read(Bytes(content), entry.Path, entry.Layer));
            }
            else if (entry.Size >= SmallestHost && (entry.Mode & Executable) != 0)
            {
                builder.AddAnswer(entry, () => ReadBundle(image, entry, described));
            }
        }

        AddBuilt(builder, image, built, described);
    }

    private static ImmutableArray<Component> ReadBundle(ImageFileSystem image, ImageEntry entry, HashSet<string> described)
    {
        if (image.Ask(entry, "bundled deps.json", content => SingleFileBundle.FindDepsJson(content) ?? []) is not { Length: > 0 } json)
        {
            return [];
        }

        described.Add(entry.Path);
        return DepsJson.Read(json, entry.Path, entry.Layer);
    }

    private static void AddBuilt(InventoryBuilder builder, ImageFileSystem image, BuiltPackages? built, HashSet<string> described)
    {
        var program = built is null ? null : image.Entries.FirstOrDefault(entry => entry.Kind == ImageEntryKind.File && entry.Path.EndsWith($"/{built.EntryPoint}", StringComparison.Ordinal));
        if (built is not null && program is not null && !described.Contains(NameOf(program.Path)))
        {
            foreach (var component in built.ComponentsOf(program))
            {
                builder.Add(component);
            }
        }
        else if (described.Count == 0)
        {
            builder.AddUnread("the image holds no *.deps.json, so the app's packages are not known (a native publish leaves none)");
        }
    }

    private static string NameOf(string program) => program.EndsWith(".dll", StringComparison.Ordinal) ? program[..^4] : program;

    private static byte[] Bytes(Stream content)
    {
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }
}

using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Lists what is in an image: .NET packages and runtimes, and the packages of dpkg, apk and rpm.</summary>
internal static class InventoryReader
{
    private const int MaximumOsReleaseLength = 1024 * 1024;

    private static readonly string[] OsReleaseFiles = ["etc/os-release", "usr/lib/os-release"];

    /// <summary>Reads the inventory. What can't be read is said in <see cref="Inventory.Unread"/>, never left out in silence.</summary>
    /// <param name="image">The image.</param>
    /// <param name="built">What the app was built from; null where it isn't known.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static Inventory Read(ImageFileSystem image, BuiltPackages? built, CancellationToken cancellationToken)
    {
        var builder = new InventoryBuilder(image);
        var os = ReadOs(image, builder);
        DotNetPackages.AddTo(builder, image, built, cancellationToken);
        OsPackages.AddTo(builder, image, os, cancellationToken);
        return builder.Build(os, component => built?.Complete(component) ?? component);
    }

    private static OsRelease? ReadOs(ImageFileSystem image, InventoryBuilder builder)
    {
        OsRelease? os = null;
        foreach (var file in OsReleaseFiles.Select(image.Find).OfType<ImageEntry>())
        {
            builder.AddFile(file, MaximumOsReleaseLength, content =>
            {
                using var reader = new StreamReader(content, Encoding.UTF8);
                os ??= OsRelease.Parse(reader.ReadToEnd());
                return [];
            });
        }

        return os;
    }
}

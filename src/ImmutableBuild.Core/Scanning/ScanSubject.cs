using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>What is scanned: the images of all platforms that one digest stands for.</summary>
/// <param name="Open">Opens where they are; not asked for when an earlier scan still holds.</param>
/// <param name="Digest">The digest: the image's own, or that of the index they are in.</param>
/// <param name="Images">The image of each platform.</param>
internal sealed record ScanSubject(Func<IImageSource> Open, Digest Digest, ImmutableArray<PlatformImage> Images)
{
    /// <summary>The name in the bill of materials.</summary>
    public required string Name { get; init; }

    /// <summary>The version in the bill of materials: a commit, a tag.</summary>
    public required string Version { get; init; }

    /// <summary>The only time in the bill of materials.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The layers that came with the base image; null where that is not known.</summary>
    public ImmutableHashSet<Digest>? BaseLayers { get; init; }

    /// <summary>What a release baked.</summary>
    public static ScanSubject Of(ReleaseRecord record)
    {
        var bake = record.Bake!;
        return new ScanSubject(() => BakedLayout.Open(bake), bake.Digest, [.. bake.Images.Select(image => new PlatformImage(image.Platform, image.Digest) { PackageDescriptions = DescriptionsOf(image, record) })])
        {
            Name = record.App.App,
            Version = record.Compile.Commit.ToString(),
            Time = record.Compile.CommitTime,
            BaseLayers = [.. bake.Layers.Where(layer => layer.Name == "base").Select(layer => layer.Digest)],
        };
    }

    private static string? DescriptionsOf(PlatformImageRecord image, ReleaseRecord record) => record.Compile.Published
        .Where(published => published.PackageDescriptions is not null && ImagePlatform.OfRuntimeIdentifier(published.RuntimeIdentifier).ToString() == image.Platform)
        .Select(published => published.PackageDescriptions)
        .FirstOrDefault();

    /// <summary>What the bill of materials of one platform's image is about.</summary>
    public SbomSubject ToSbomSubject(PlatformImage image, string scannerVersion) => new(Name, Version, image.Digest, Time, scannerVersion);
}

/// <summary>The image of one platform.</summary>
/// <param name="Platform"><c>linux/amd64</c>.</param>
/// <param name="Digest">The digest of its manifest.</param>
internal sealed record PlatformImage(string Platform, Digest Digest)
{
    /// <summary>The file that says what the app was built from; null where that isn't known.</summary>
    public string? PackageDescriptions { get; init; }

    /// <summary>What the app was built from.</summary>
    public BuiltPackages? ReadBuilt() => PackageDescriptions is { } file ? BuiltPackages.TryRead(file) : null;
}

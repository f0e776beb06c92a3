using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>What package managers leave behind.</summary>
internal static class PackageCaches
{
    private static readonly string[] Directories =
    [
        "var/cache/apt/", "var/lib/apt/lists/", "var/cache/apk/", "var/cache/dnf/", "var/cache/yum/", "var/cache/libdnf5/",
        "root/.nuget/packages/", "root/.local/share/NuGet/", "root/.npm/", "root/.cache/pip/",
    ];

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3110", "A package manager's cache is in the image",
        "Nothing that runs reads it; it makes every pull larger, and holds copies of packages that scanners look at in vain.",
        "Install and clean up in one step of the Dockerfile ('apt-get update && apt-get install … && rm -rf /var/lib/apt/lists/*', 'apk add --no-cache'), or keep the cache out with 'RUN --mount=type=cache'.");

    /// <summary>One finding for what the app's layers hold, and one for the base image.</summary>
    public static IEnumerable<Finding> Check(ContentContext context) =>
        from entry in context.Image.Entries
        where entry is { Kind: ImageEntryKind.File, Size: > 0 } && entry.Path.BeginsWithAny(Directories)
        group entry by context.IsFromBase(entry) into files
        select ToFinding([.. files], isBase: files.Key);

    private static Finding ToFinding(ImageEntry[] files, bool isBase) => new()
    {
        Id = Rule.Code,
        Severity = FindingSeverity.Low,
        Subject = isBase ? "base image" : "own layers",
        Message = string.Create(CultureInfo.InvariantCulture, $"{files.Length} files with {files.Sum(file => file.Size) / 1024} KiB, such as /{files[0].Path}."),
        WayOut = Rule.Cure,
        Path = files[0].Path,
        Layer = files[0].Layer,
    };
}

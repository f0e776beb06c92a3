using System.Runtime.InteropServices;

namespace ImmutableBuild.Images;

/// <summary>What a path of an image is.</summary>
public enum ImageEntryKind
{
    /// <summary>A file; hard links to one file are files of the same content.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A device node or a pipe: nothing that an app needs, and nothing that is ever created from an image.</summary>
    Special,
}

/// <summary>One path of an image, after all layers were applied.</summary>
/// <param name="Path">From the image's root, without a leading '/', parts separated by '/': <c>app/WebApi.dll</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits, with set-uid (0x800), set-gid (0x400) and sticky (0x200).</param>
/// <param name="Uid">The owner.</param>
/// <param name="Gid">The group.</param>
/// <param name="Size">Bytes of a file's content; 0 for others.</param>
/// <param name="LinkTarget">What a symbolic link points to, as written in the image; null for others.</param>
/// <param name="Layer">The digest of the compressed layer it comes from.</param>
public sealed record ImageEntry(string Path, ImageEntryKind Kind, int Mode, long Uid, long Gid, long Size, string? LinkTarget, Digest Layer)
{
    /// <summary>Where the content of a file is within the spooled layers.</summary>
    internal ContentLocation Location { get; init; }
}

/// <summary>A place in a spooled layer.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ContentLocation(int LayerOrdinal, long Offset);

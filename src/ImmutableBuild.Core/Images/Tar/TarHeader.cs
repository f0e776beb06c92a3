using System.Runtime.InteropServices;

namespace ImmutableBuild.Images.Tar;

/// <summary>What one entry of a tar archive is.</summary>
internal enum TarKind
{
    File,
    HardLink,
    SymbolicLink,
    Directory,

    /// <summary>A device node or a pipe.</summary>
    Special,
}

/// <summary>One entry of a tar archive, as its headers describe it. Names are not yet checked.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name as written.</param>
/// <param name="LinkName">What a link points to, as written; empty for others.</param>
/// <param name="Mode">Permission bits, with set-uid, set-gid and sticky.</param>
/// <param name="Uid">The owner.</param>
/// <param name="Gid">The group.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="DataOffset">Where in the archive the content begins.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TarHeader(TarKind Kind, string Name, string LinkName, int Mode, long Uid, long Gid, long Size, long DataOffset);

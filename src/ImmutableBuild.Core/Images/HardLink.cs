using System.Runtime.InteropServices;

namespace ImmutableBuild.Images;

/// <summary>A second name for a file, which .NET can't make by itself.</summary>
internal static partial class HardLink
{
    /// <summary>
    /// Gives <paramref name="file"/> the second name <paramref name="path"/>, in one step where that name is free; false where it is taken, and where the file
    /// system can't (another volume, too many names).
    /// </summary>
    public static bool TryCreate(string path, string file) => OperatingSystem.IsWindows()
        ? CreateHardLink(path, file, 0) != 0
        : Link(file, path) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string path);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int CreateHardLink(string path, string file, nint security);
}

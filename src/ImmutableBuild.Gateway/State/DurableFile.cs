using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Gateway.State;

/// <summary>Replaces a file so that, whenever the machine stops, either the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes <paramref name="content"/> beside <paramref name="path"/>, flushes it to the disk, and renames it over; the file that was there stays as <paramref name="previous"/>.</summary>
    public static void Replace(string path, string previous, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, Creating(FileMode.Create)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        if (File.Exists(path))
        {
            File.Replace(temporary, path, previous);
        }
        else
        {
            File.Move(temporary, path, overwrite: true);
        }

        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Options that make a file only its owner may read.</summary>
    public static FileStreamOptions Creating(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    /// <summary>Makes a rename in <paramref name="directory"/> survive a power cut; Windows does so by itself.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = LibC.Open(directory, 0);
        if (descriptor < 0)
        {
            throw Failed(directory);
        }

        try
        {
            if (LibC.Synchronize(descriptor) != 0)
            {
                throw Failed(directory);
            }
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private static IOException Failed(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{directory}: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));
    }
}

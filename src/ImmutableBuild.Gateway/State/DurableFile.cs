using System.ComponentModel;
using System.Runtime.InteropServices;
using ImmutableBuild.Images;

namespace ImmutableBuild.Gateway.State;

/// <summary>Replaces a file so that, whenever the machine stops, either the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Writes <paramref name="content"/> beside <paramref name="path"/>, flushes it to the disk, and renames it over; the file that was
    /// there stays as <paramref name="previous"/>. When this throws, whoever reads the path finds the old content.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="previous">Where its content until now stays.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="flushDirectory"><see cref="FlushDirectory"/>.</param>
    /// <returns>
    /// Null; or why a power cut may bring the old content back: the rename could neither be flushed nor be taken back, so the new
    /// content is what everyone reads.
    /// </returns>
    public static IOException? Replace(string path, string previous, ReadOnlySpan<byte> content, Action<string> flushDirectory)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, Creating(FileMode.Create)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        var replaces = File.Exists(path);
        if (replaces)
        {
            Renaming.Do(() => File.Replace(temporary, path, previous));
        }
        else
        {
            Renaming.Do(() => File.Move(temporary, path, overwrite: true));
        }

        try
        {
            flushDirectory(Path.GetDirectoryName(path)!);
            return null;
        }
        catch (IOException fault)
        {
            if (TryTakeBack(path, replaces ? previous : null))
            {
                throw;
            }

            return fault;
        }
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

    /// <summary>Puts the old content back: after a failure was reported, a restart must not find the new one.</summary>
    private static bool TryTakeBack(string path, string? previous)
    {
        try
        {
            if (previous is null)
            {
                File.Delete(path);
            }
            else
            {
                Renaming.Do(() => File.Move(previous, path, overwrite: true));
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IOException Failed(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{directory}: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));
    }
}

using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Trust.Keys;

/// <summary>Writes a file that was not there before.</summary>
internal static class NewFile
{
    /// <summary>0600.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644.</summary>
    public const UnixFileMode Public = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Writes it, or returns false where the path is taken. Whole and with its mode from its first byte: written aside, then given its name, which fails when another
    /// process was first.
    /// </summary>
    public static bool TryWrite(string path, string text, UnixFileMode mode)
    {
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            using (var file = new FileStream(aside, options))
            {
                file.Write(Encoding.ASCII.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            if (!HardLink.TryCreate(path, aside))
            {
                // Off Windows this looks whether the path is free and then renames, so of two at once the second would replace the first one's file. It is only for
                // file systems without hard links, and to tell what is wrong.
                File.Move(aside, path, overwrite: false);
            }

            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(aside);
        }
    }
}

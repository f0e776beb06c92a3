namespace ImmutableBuild.Images;

/// <summary>
/// Writes a file so that its name never shows half of it: a temporary file beside it, flushed, then renamed. Not flushed where damage is found and mended: such a file may be
/// half there after a power cut, but costs no wait for the disk.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes <paramref name="content"/>, replacing what is there.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, bool flush = true)
    {
        var temporary = TemporaryFor(path);
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0))
            {
                file.Write(content);
                file.Flush(flushToDisk: flush);
            }

            Renaming.Do(() => File.Move(temporary, path, overwrite: true));
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes what <paramref name="write"/> writes, replacing what is there; when it throws, nothing has changed.</summary>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken, bool flush = true)
    {
        var temporary = TemporaryFor(path);
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous))
            {
                await write(file, cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: flush);
            }

            Renaming.Do(() => File.Move(temporary, path, overwrite: true));
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string TemporaryFor(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}

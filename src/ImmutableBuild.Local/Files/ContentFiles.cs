using System.Security.Cryptography;
using ImmutableBuild.Images;

namespace ImmutableBuild.Local.Files;

/// <summary>A file of <see cref="ContentFiles"/>.</summary>
/// <param name="Name">The SHA-256 of its content in hex, and <c>x</c> after it for an executable one: the mode belongs to the file, not to its names.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="ModifiedTicks">When it was written, UTC. A later change to its content shows here.</param>
internal sealed record ContentFile(string Name, long Size, long ModifiedTicks);

/// <summary>Read-only files, kept once each by content. Not safe for two writers: hold <see cref="Images.ImageStoreLock"/>.</summary>
internal sealed class ContentFiles(string directory)
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ReadExecute = ReadOnly | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const string Incoming = "incoming";

    /// <summary>Takes in what <paramref name="content"/> holds. A file whose content was changed since is replaced, never trusted.</summary>
    public async Task<ContentFile> AddAsync(Stream content, bool executable, CancellationToken cancellationToken)
    {
        var incoming = Path.Combine(directory, Incoming);
        Directory.CreateDirectory(directory);
        var hash = await WriteAsync(content, incoming, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(incoming, executable ? ReadExecute : ReadOnly);
        }

        var name = Convert.ToHexStringLower(hash) + (executable ? "x" : "");
        var path = PathOf(name);
        if (await HoldsAsync(path, hash, cancellationToken))
        {
            File.Delete(incoming);
        }
        else
        {
            Sync(incoming);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Renaming.Do(() => File.Move(incoming, path, overwrite: true));
        }

        var info = new FileInfo(path);
        return new ContentFile(name, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    /// <summary>Gives the file the name <paramref name="path"/> too; a copy where the file system can't.</summary>
    public void Place(ContentFile file, string path)
    {
        if (!HardLink.TryCreate(path, PathOf(file.Name)))
        {
            File.Copy(PathOf(file.Name), path);
            File.SetLastWriteTimeUtc(path, new DateTime(file.ModifiedTicks, DateTimeKind.Utc));
        }
    }

    /// <summary>Removes every file that <paramref name="needed"/> doesn't name; returns how many.</summary>
    public int KeepOnly(IReadOnlySet<string> needed)
    {
        if (!Directory.Exists(directory))
        {
            return 0;
        }

        var unneeded = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(path => !needed.Contains(Path.GetFileName(path)))
            .ToList();
        unneeded.ForEach(File.Delete);
        return unneeded.Count;
    }

    private string PathOf(string name) => Path.Combine(directory, name[..2], name);

    private static async Task<byte[]> WriteAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        File.Delete(path);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return hash.GetHashAndReset();
    }

    // What the gateway's state names is on disk before the state is: after a power cut it is started again, and nobody unpacks it anew.
    private static void Sync(string path)
    {
        // Windows syncs only what may be written, and there it may be.
        using var file = File.OpenHandle(path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read);
        RandomAccess.FlushToDisk(file);
    }

    private static async Task<bool> HoldsAsync(string path, byte[] hash, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        await using var file = File.OpenRead(path);
        var found = await SHA256.HashDataAsync(file, cancellationToken);
        return found.AsSpan().SequenceEqual(hash);
    }
}

namespace Guestbook;

/// <summary>
/// The guest book in its data volume, a file for each entry: while a release is under way the old and the new generation both
/// write, and neither may spoil what the other wrote.
/// </summary>
internal sealed class Entries(string directory)
{
    private const int LongestEntry = 4096;

    public int Count => Files().Count();

    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var read = new List<string>();
        foreach (var file in Files().Order(StringComparer.Ordinal))
        {
            read.Add(await File.ReadAllTextAsync(file, cancellationToken));
        }

        return string.Concat(read.Select(entry => entry + "\n"));
    }

    /// <summary>Adds what <paramref name="entry"/> holds; false when it is too long.</summary>
    public async Task<bool> AddAsync(Stream entry, CancellationToken cancellationToken)
    {
        var bytes = new byte[LongestEntry + 1];
        var length = await entry.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > LongestEntry)
        {
            return false;
        }

        // Readers see a whole entry or none.
        var name = Path.Combine(directory, $"{DateTime.UtcNow:yyyyMMddTHHmmss.fffffff}-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(name + ".new", bytes[..length], cancellationToken);
        File.Move(name + ".new", name + ".txt");
        return true;
    }

    public bool CanBeWritten()
    {
        var probe = Path.Combine(directory, $".probe-{Guid.NewGuid():N}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(directory, "*.txt");
}

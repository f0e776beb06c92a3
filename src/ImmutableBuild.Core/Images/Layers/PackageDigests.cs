using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace ImmutableBuild.Images.Layers;

/// <summary>
/// Remembers the digests of files that packages brought, most of an image by far. A package's files never change and their place names its version, so what has the place, the size and
/// the time of a file that was read before is not read again. Every other file is. A copy of a package's file stands for that one: digest and bytes are both the package's.
/// </summary>
/// <param name="file">Where they are written down.</param>
internal sealed class PackageDigests(string file)
{
    private const string FirstLine = "digests of packages' files 1";
    private const char Separator = '\t';
    private const int LongestFile = 64 * 1024 * 1024;

    private readonly Lazy<ConcurrentDictionary<string, string>> _known = new(() => Read(file));
    private volatile bool _hasNews;

    /// <summary>What decides a file's bytes in an archive. Throws IMB2012 when it can't be read.</summary>
    public LayerFile Read(PlannedFile planned)
    {
        if (planned.Package is not { } package)
        {
            return LayerFile.Read(planned);
        }

        var original = new FileInfo(package);
        if (!original.Exists)
        {
            return LayerFile.Read(planned);
        }

        var taken = planned with { Source = package };
        var key = string.Create(CultureInfo.InvariantCulture, $"{package}{Separator}{original.Length}{Separator}{original.LastWriteTimeUtc.Ticks}");
        if (_known.Value.TryGetValue(key, out var known) && known.Split(Separator) is [var digest, "x" or "-"] && Digest.TryParse(digest, out var content))
        {
            return new LayerFile(taken, content, original.Length, Executable: known[^1] == 'x');
        }

        var read = LayerFile.Read(taken);
        if (read.Size == original.Length && !package.AsSpan().ContainsAny(Separator, '\n', '\r'))
        {
            _known.Value[key] = $"{read.Content}{Separator}{(read.Executable ? 'x' : '-')}";
            _hasNews = true;
        }

        return read;
    }

    /// <summary>Writes down what is new. What can't be written is read again the next time.</summary>
    public void Save()
    {
        if (!_hasNews)
        {
            return;
        }

        _hasNews = false;
        // A snapshot first: other layers add to the dictionary meanwhile, and OrderBy fails when what it copies grows.
        var lines = _known.Value.ToArray().OrderBy(line => line.Key, StringComparer.Ordinal).Select(line => $"{line.Key}{Separator}{line.Value}").Prepend(FirstLine);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, Encoding.UTF8.GetBytes(string.Join('\n', lines)), flush: false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The file only spares work: without it, the next bake reads the packages' files again.
        }
    }

    private static ConcurrentDictionary<string, string> Read(string file)
    {
        var known = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            if (new FileInfo(file) is not { Exists: true, Length: <= LongestFile } || File.ReadAllLines(file) is not [FirstLine, .. var lines])
            {
                return known;
            }

            foreach (var line in lines)
            {
                if (line.Split(Separator) is [var place, var size, var time, var digest, var executable])
                {
                    known[string.Join(Separator, place, size, time)] = string.Join(Separator, digest, executable);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A file that can't be read is as good as none: the packages' files are read, and their digests written down again.
        }

        return known;
    }
}

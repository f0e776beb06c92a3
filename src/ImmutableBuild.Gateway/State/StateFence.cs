using System.Text;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.State;

/// <summary>
/// Who may write in a state directory: the gateway that claimed it last. It writes only while it holds the fence's file, and only as long as the mark
/// in the file is its own. So a gateway whose place was taken while it stood still writes nothing once it goes on.
/// </summary>
internal sealed class StateFence
{
    private const string FileName = "writer";
    private const int MarkLength = 32;

    // Attempts, not time: a machine that stands still must not use them up. The file is held for as long as one change takes to reach the disk.
    private const int Attempts = 3000;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(10);

    private readonly string _path;
    private readonly string _mark;

    private StateFence(string path, string mark) => (_path, _mark) = (path, mark);

    /// <summary>
    /// Takes the right to write from whoever has it, once a write that is under way has ended: what is read from here on is all that was written
    /// before. IMB6050 when the file can't be had.
    /// </summary>
    public static StateFence Claim(string directory, GatewayLog log)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            using var file = Hold(path, FileMode.OpenOrCreate);
            return new StateFence(path, Mark(file, log));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(path, fault);
        }
    }

    /// <summary>Begins to write; dispose of the result when it is written. Null when another gateway has claimed the directory since, or its app was stopped.</summary>
    public IDisposable? TryEnter()
    {
        FileStream file;
        try
        {
            file = Hold(_path, FileMode.Open);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (Read(file) == _mark)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Removes the file, once the app was stopped: whoever had claimed the directory may not write there any more.</summary>
    public static void Forget(string directory) => File.Delete(Path.Combine(directory, FileName));

    private static FileStream Hold(string path, FileMode mode)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (SoleFile.TryOpen(path, mode) is { } file)
            {
                return file;
            }

            Thread.Sleep(BetweenAttempts);
        }

        throw new IOException($"another gateway is writing there, and has been for {(Attempts * BetweenAttempts).TotalSeconds:0} s.");
    }

    private static string Mark(FileStream file, GatewayLog log)
    {
        var mark = Guid.NewGuid().ToString("N");
        try
        {
            file.Write(Encoding.ASCII.GetBytes(mark));
            return mark;
        }
        catch (IOException fault)
        {
            // A gateway that is started again on a full disk serves all the same (F09). Nobody else can write there either.
            log.Write($"{file.Name} can't be written ({fault.Message}); going on with the mark that is in it");
            return Read(file);
        }
    }

    private static string Read(FileStream file)
    {
        Span<byte> mark = stackalloc byte[MarkLength];
        file.Position = 0;
        var length = file.ReadAtLeast(mark, MarkLength, throwOnEndOfStream: false);
        return Encoding.ASCII.GetString(mark[..length]);
    }
}

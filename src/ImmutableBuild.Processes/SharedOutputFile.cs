using System.Text;

namespace ImmutableBuild.Processes;

/// <summary>
/// A file that lines are appended to while others read it, empty it, or remove it, as all may do with one that a process of Unix has as its standard
/// output. Safe for use by many threads.
/// </summary>
internal sealed class SharedOutputFile(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Appends a line, at the file's end as it is now.</summary>
    public void WriteLine(string text)
    {
        var line = Encoding.UTF8.GetBytes(text + "\n");
        lock (_gate)
        {
            try
            {
                _file.Seek(0, SeekOrigin.End);
                _file.Write(line);
            }
            catch (IOException)
            {
                // A full disk loses lines. Nothing may be thrown: nobody catches it, and the gateway would end with all it serves.
            }
        }
    }

    public void Dispose() => _file.Dispose();
}

using System.Runtime.InteropServices;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A file whose writer stands still in the middle of its content: a pipe that is read up to some point and no further.</summary>
internal sealed partial class HaltedFile : IDisposable
{
    private const int SetPipeSize = 1031;
    private const int PageBytes = 4096;
    private const uint OwnerOnly = 0x180;

    private readonly string _path;
    private readonly FileStream _reader;

    private HaltedFile(string path)
    {
        _path = path;
        _reader = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        FileControl(_reader.SafeFileHandle.DangerousGetHandle().ToInt32(), SetPipeSize, PageBytes).ShouldBe(PageBytes);
    }

    /// <summary>Makes it at <paramref name="path"/>.</summary>
    public static HaltedFile At(string path)
    {
        MakePipe(path, OwnerOnly).ShouldBe(0);
        return new HaltedFile(path);
    }

    /// <summary>Waits for the first bytes; the writer has more that don't fit.</summary>
    public async Task<byte[]> ReadSomeAsync(CancellationToken cancellationToken)
    {
        var some = new byte[256];
        await _reader.ReadExactlyAsync(some, cancellationToken);
        return some;
    }

    public void Dispose()
    {
        _reader.Dispose();
        File.Delete(_path);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command, int argument);
}

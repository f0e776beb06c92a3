using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>
/// The end of what is written to a pipe. A named pipe can't be half closed; the engine takes a message of no bytes for it, which .NET's own
/// stream never sends.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class EmptyPipeMessage
{
    private const int IoPending = 997;

    /// <summary>Writes it.</summary>
    public static ValueTask WriteAsync(NamedPipeClientStream pipe, CancellationToken cancellationToken) => new(Task.Run(() => Write(pipe), cancellationToken));

    private static void Write(NamedPipeClientStream pipe)
    {
        using var done = new ManualResetEvent(initialState: false);

        // The lowest bit keeps the completion from the port of the thread pool, which knows nothing of this call.
        var overlapped = new NativeOverlapped { EventHandle = done.SafeWaitHandle.DangerousGetHandle() | 1 };
        var handle = pipe.SafePipeHandle.DangerousGetHandle();
        unsafe
        {
            if (!WriteFile(handle, null, 0, null, &overlapped) && Marshal.GetLastPInvokeError() is var started and not IoPending)
            {
                throw new IOException("The pipe is broken.", new Win32Exception(started));
            }

            if (!GetOverlappedResult(handle, &overlapped, out _, wait: true))
            {
                throw new IOException("The pipe is broken.", new Win32Exception(Marshal.GetLastPInvokeError()));
            }
        }

        GC.KeepAlive(pipe);
    }

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool WriteFile(nint handle, byte* buffer, int count, int* written, NativeOverlapped* overlapped);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool GetOverlappedResult(nint handle, NativeOverlapped* overlapped, out int transferred, [MarshalAs(UnmanagedType.Bool)] bool wait);
}

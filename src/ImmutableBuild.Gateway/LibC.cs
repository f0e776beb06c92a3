using System.Runtime.InteropServices;

namespace ImmutableBuild.Gateway;

/// <summary>The calls of the C library that .NET has no form of, on Linux and macOS. None of them takes variable arguments as used here.</summary>
internal static partial class LibC
{
    public const int SignalKill = 9;

    /// <summary>FIOCLEX.</summary>
    public static nuint SetCloseOnExec => OperatingSystem.IsMacOS() ? 0x20006601u : 0x5451u;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary><c>ioctl</c> with <see cref="SetCloseOnExec"/>, which takes no third argument.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int CloseOnExec(int descriptor, nuint request);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Synchronize(int descriptor);
}

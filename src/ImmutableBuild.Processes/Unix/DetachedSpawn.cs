using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ImmutableBuild.Processes.Unix;

/// <summary>
/// <c>posix_spawn</c> of a session leader with files as standard streams, every other descriptor closed, and signals at
/// their defaults. .NET's own Process.Start leaves inherited descriptors open in the child (the pipe of a
/// <c>dotnet build | cat</c>) and can't make a session.
/// </summary>
internal static unsafe class DetachedSpawn
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;

    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(10);

    // POSIX_SPAWN_SETSID, and on macOS also POSIX_SPAWN_CLOEXEC_DEFAULT.
    private static readonly short SessionFlags = OperatingSystem.IsMacOS() ? (short)(0x0400 | 0x4000) : (short)0x80;
    private static readonly int AppendFlags = OperatingSystem.IsMacOS() ? 0x1 | 0x8 | 0x200 : 0x1 | 0x400 | 0x40;

    /// <summary>Starts the process and returns its number. The caller must wait for it (<see cref="ChildExit"/>).</summary>
    public static int Run(ProcessStart start)
    {
        var attributes = stackalloc byte[LibC.OpaqueSize];
        var actions = stackalloc byte[LibC.OpaqueSize];
        Check(LibC.AttributesInit(attributes), start);
        Check(LibC.ActionsInit(actions), start);
        try
        {
            SetAttributes(attributes, start);
            SetStreams(actions, start);
            using var arguments = new NativeStrings([start.Program, .. start.Arguments]);
            using var environment = new NativeStrings(start.Environment.Select(pair => $"{pair.Key}={pair.Value}"));
            return Spawn(start, actions, attributes, arguments, environment);
        }
        finally
        {
            _ = LibC.ActionsDestroy(actions);
            _ = LibC.AttributesDestroy(attributes);
        }
    }

    // Tries again on "text file busy": a process that is started while a program is being unpacked inherits the descriptor it is written through, until its own exec.
    private static int Spawn(ProcessStart start, byte* actions, byte* attributes, NativeStrings arguments, NativeStrings environment)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var error = LibC.Spawn(out var pid, start.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            if (error != LibC.ErrorTextFileBusy || Stopwatch.GetElapsedTime(began) >= BusyPatience)
            {
                Check(error, start);
                return pid;
            }

            Thread.Sleep(BusyInterval);
        }
    }

    private static void SetAttributes(byte* attributes, ProcessStart start)
    {
        var signals = stackalloc byte[LibC.OpaqueSize];
        Check(LibC.FillSignals(signals), start);
        Check(LibC.AttributesSetDefaultSignals(attributes, signals), start);
        Check(LibC.ClearSignals(signals), start);
        Check(LibC.AttributesSetSignalMask(attributes, signals), start);
        Check(LibC.AttributesSetFlags(attributes, (short)(SessionFlags | SetSignalDefaults | SetSignalMask)), start);
    }

    private static void SetStreams(byte* actions, ProcessStart start)
    {
        const int ReadOnly = 0;
        const uint OwnerOnly = 0x180; // 0600
        Check(LibC.ActionsOpen(actions, 0, "/dev/null", ReadOnly, 0), start);
        Check(LibC.ActionsOpen(actions, 1, start.OutputFile ?? "/dev/null", AppendFlags, OwnerOnly), start);
        Check(LibC.ActionsDuplicate(actions, 1, 2), start);
        if (start.Descriptor is { } inherited)
        {
            // A duplicate has no close-on-exec flag. But macOS makes no duplicate under the descriptor's own number, and would close it: it is marked as inherited there.
            Check(
                OperatingSystem.IsMacOS() && inherited == ProcessStart.InheritedDescriptor
                    ? LibC.ActionsInherit(actions, inherited)
                    : LibC.ActionsDuplicate(actions, inherited, ProcessStart.InheritedDescriptor),
                start);
        }

        foreach (var descriptor in OpenDescriptors().Where(open => start.Descriptor is null || open != ProcessStart.InheritedDescriptor))
        {
            Check(LibC.ActionsClose(actions, descriptor), start);
        }

        Check(LibC.ActionsChangeDirectory(actions, start.WorkingDirectory), start);
    }

    // Descriptors to close in the child: those that the starter itself inherited, which were open before this list is read. What .NET opens has the close-on-exec flag.
    private static List<int> OpenDescriptors() => OperatingSystem.IsLinux()
        ? Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))
            .Where(descriptor => descriptor > 2)
            .ToList()
        : [];

    private static void Check(int error, ProcessStart start)
    {
        if (error != 0)
        {
            throw new Win32Exception(error, $"Starting '{start.Program}' in '{start.WorkingDirectory}' failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    /// <summary>A null-terminated array of UTF-8 strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IEnumerable<string> strings)
        {
            var all = strings.ToArray();
            _count = all.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(all.Length + 1), (nuint)sizeof(byte*));
            for (var index = 0; index < all.Length; index++)
            {
                Pointer[index] = (byte*)Marshal.StringToCoTaskMemUTF8(all[index]);
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var index = 0; index < _count; index++)
            {
                Marshal.ZeroFreeCoTaskMemUTF8((nint)Pointer[index]); // a secret may be among them
            }

            NativeMemory.Free(Pointer);
        }
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace ImmutableBuild.Gateway.Processes;

/// <summary>
/// <c>posix_spawn</c> (POSIX.1-2024): unlike <see cref="System.Diagnostics.Process"/> it makes a session of its own, appends
/// output to a file without a pipe that would tie the child to this process, and takes no part in .NET's handling of children.
/// </summary>
internal static unsafe class PosixSpawn
{
    /// <summary>Larger than both <c>posix_spawnattr_t</c> (336 bytes with glibc) and <c>posix_spawn_file_actions_t</c> anywhere.</summary>
    private const int StructureBytes = 1024;

    public static int Start(ProcessStart start)
    {
        using var arguments = new NativeStrings([start.Executable, .. start.Arguments]);
        using var environment = new NativeStrings(start.Environment.Select(variable => $"{variable.Key}={variable.Value}"));
        var actions = stackalloc byte[StructureBytes];
        var attributes = stackalloc byte[StructureBytes];
        Check(LibC.ActionsInit(actions), "prepare");
        Check(LibC.AttributesInit(attributes), "prepare");
        try
        {
            Describe(start, actions, attributes);
            Check(LibC.Spawn(out var pid, start.Executable, actions, attributes, arguments.Pointers, environment.Pointers), start.Executable);
            return pid;
        }
        finally
        {
            _ = LibC.AttributesDestroy(attributes);
            _ = LibC.ActionsDestroy(actions);
        }
    }

    private static void Describe(ProcessStart start, void* actions, void* attributes)
    {
        const uint OwnerOnly = 0b110_000_000;
        Check(LibC.ActionsAddOpen(actions, 0, "/dev/null", 0, 0), "/dev/null");
        Check(LibC.ActionsAddOpen(actions, 1, start.OutputPath, LibC.OpenCreateAppend, OwnerOnly), start.OutputPath);
        Check(LibC.ActionsAddDuplicate(actions, 1, 2), start.OutputPath);
        if (start.Listener is { } listener)
        {
            // The duplicate has no close-on-exec flag, so the child keeps it.
            Check(LibC.ActionsAddDuplicate(actions, listener, ProcessStart.ListenerDescriptor), "listener");
        }

        Check(LibC.ActionsAddChangeDirectory(actions, start.WorkingDirectory), start.WorkingDirectory);

        var signals = stackalloc byte[128];
        _ = LibC.SignalsAll(signals);
        Check(LibC.AttributesSetSignalDefaults(attributes, signals), "signals");
        _ = LibC.SignalsNone(signals);
        Check(LibC.AttributesSetSignalMask(attributes, signals), "signals");
        Check(LibC.AttributesSetFlags(attributes, LibC.SpawnFlags), "session");
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>A null-terminated array of zero-terminated UTF-8 strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IEnumerable<string> strings)
        {
            var all = strings.ToArray();
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)all.Length + 1, (nuint)sizeof(byte*));
            foreach (var text in all)
            {
                Pointers[_count++] = Copy(text);
            }
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Pointers[i]);
            }

            NativeMemory.Free(Pointers);
        }

        private static byte* Copy(string text)
        {
            var bytes = Encoding.UTF8.GetByteCount(text);
            var copy = (byte*)NativeMemory.Alloc((nuint)bytes + 1);
            _ = Encoding.UTF8.GetBytes(text, new Span<byte>(copy, bytes));
            copy[bytes] = 0;
            return copy;
        }
    }
}

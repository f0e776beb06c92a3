using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ImmutableBuild.Processes.Windows;

/// <summary>
/// The standard streams of this process. Windows gives a process that is started with streams of its own every other handle that may be inherited as
/// well, these among them: then who reads our output, as in <c>dotnet build | more</c>, waits for its end as long as that process lives.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class OwnStreams
{
    // STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE.
    private static readonly int[] Streams = [-10, -11, -12];

    // HANDLE_FLAG_INHERIT.
    private const uint MayBeInherited = 1;

    private static readonly Lock Gate = new();

    /// <summary>Runs <paramref name="start"/> while none of them may be inherited.</summary>
    public static T Withhold<T>(Func<T> start)
    {
        lock (Gate)
        {
            var withheld = Streams.Select(GetStandardHandle).Where(IsInheritable).Distinct().ToArray();
            try
            {
                Array.ForEach(withheld, handle => _ = SetHandleInformation(handle, MayBeInherited, 0));
                return start();
            }
            finally
            {
                Array.ForEach(withheld, handle => _ = SetHandleInformation(handle, MayBeInherited, MayBeInherited));
            }
        }
    }

    private static bool IsInheritable(nint handle) => handle is not (0 or -1) && GetHandleInformation(handle, out var flags) && (flags & MayBeInherited) != 0;

    [LibraryImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint GetStandardHandle(int stream);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetHandleInformation(nint handle, out uint flags);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetHandleInformation(nint handle, uint mask, uint flags);
}

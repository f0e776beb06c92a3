using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ImmutableBuild.Processes.Windows;

/// <summary>
/// Keeps the standard streams of this process from the processes it starts. Windows hands every inheritable handle to a process that is started with
/// redirected streams, these too; a reader of our output, as in <c>dotnet build | more</c>, would then wait until that process ends as well.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class OwnStreams
{
    // STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE.
    private static readonly int[] Streams = [-10, -11, -12];

    // HANDLE_FLAG_INHERIT.
    private const uint MayBeInherited = 1;

    private static readonly Lock Gate = new();

    /// <summary>Runs <paramref name="start"/>, and makes sure that none of them is inherited meanwhile.</summary>
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

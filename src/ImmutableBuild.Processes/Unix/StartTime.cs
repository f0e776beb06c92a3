using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImmutableBuild.Processes.Unix;

/// <summary>When a process started. On Linux: the boot's id and the clock ticks since; elsewhere: the wall clock as the system tells it.</summary>
internal static class StartTime
{
    private const int StateField = 0;
    private const int StartField = 19;

    /// <summary>
    /// The start of the running process <paramref name="id"/>; null when there is none, or it has ended (a zombie). IOException when
    /// the system does not tell, as when no descriptor is left: the process may well run.
    /// </summary>
    public static string? Of(int id, Func<string, string> readFile) => OperatingSystem.IsLinux() ? OfLinux(id, readFile) : OfOther(id);

    private static string? OfLinux(int id, Func<string, string> readFile)
    {
        if (ReadStat(id, readFile) is not { } stat)
        {
            return null;
        }

        // proc(5): after the name in parentheses, which may hold anything, come state (3rd field) … starttime (22nd).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[StateField] is "Z" or "X" ? null : $"{readFile("/proc/sys/kernel/random/boot_id").Trim()}:{fields[StartField]}";
    }

    private static string? ReadStat(int id, Func<string, string> readFile)
    {
        try
        {
            return readFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: LibC.ErrorNoSuchProcess })
        {
            return null;
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private static string? OfOther(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImmutableBuild.Processes.Unix;

/// <summary>When a process started. On Linux: the boot's id and the clock ticks since; elsewhere: the wall clock as the system tells it.</summary>
internal static class StartTime
{
    private const int StateField = 0;
    private const int StartField = 19;

    /// <summary>The start of the running process <paramref name="id"/>; null when there is none, or it has ended (a zombie).</summary>
    public static string? Of(int id) => OperatingSystem.IsLinux() ? OfLinux(id) : OfOther(id);

    private static string? OfLinux(int id)
    {
        try
        {
            // proc(5): after the name in parentheses, which may hold anything, come state (3rd field) … starttime (22nd).
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is "Z" or "X" ? null : $"{BootId()}:{fields[StartField]}";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

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

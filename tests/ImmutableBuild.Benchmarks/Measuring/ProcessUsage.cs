using System.Globalization;

namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>What processes take, as Linux' /proc says it. A process that is gone takes nothing.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100;

    /// <summary>Memory in bytes: the proportional share (PSS), so that pages shared by workers count once.</summary>
    public static long Memory(IEnumerable<int> processes) => processes.Sum(pid => Number(pid, "smaps_rollup", "Pss:") * 1024);

    /// <summary>Processor time used so far, by all threads.</summary>
    public static TimeSpan Processor(IEnumerable<int> processes) => TimeSpan.FromSeconds(processes.Sum(Ticks) / TicksPerSecond);

    /// <summary>A process and its descendants.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0)
            .ToLookup(pid => (int)Number(pid, "status", "PPid:"));
        return [.. Descend(root)];

        IEnumerable<int> Descend(int pid) => children[pid].SelectMany(Descend).Prepend(pid);
    }

    /// <summary>Fields 14 and 15 of proc_pid_stat(5), after the program's name, which may hold spaces.</summary>
    private static long Ticks(int pid)
    {
        var stat = Read(pid, "stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 13 ? 0 : long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static long Number(int pid, string file, string name)
    {
        var line = Read(pid, file).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}

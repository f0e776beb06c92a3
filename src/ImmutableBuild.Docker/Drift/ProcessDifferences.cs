using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Drift;

/// <summary>
/// Processes that the container's first process did not start. Whatever that starts has a parent in the container, and an orphan is given to the
/// first process by the kernel; a process that someone puts into the container (<c>docker exec</c>, <c>nsenter</c>) has its parent outside.
/// A process whose starter has ended since was given to the first process too, and can't be told from the app's own.
/// </summary>
internal static class ProcessDifferences
{
    /// <summary>What <c>ps</c> is asked for.</summary>
    public const string Columns = "-eo pid,ppid,args";

    /// <summary>Those that came from outside; of each its program alone, since arguments may hold secrets.</summary>
    /// <param name="processes">All of the container.</param>
    /// <param name="first">Its first one.</param>
    /// <param name="ours">Command lines that this program starts there itself.</param>
    public static IReadOnlyList<Difference> Of(ContainerProcessesResponse processes, int first, IReadOnlyList<string> ours)
    {
        var (pid, parent, command) = (Column(processes, "PID"), Column(processes, "PPID"), processes.Titles.Count - 1);
        if (pid < 0 || parent < 0)
        {
            return [];
        }

        var rows = processes.Processes.Where(row => row.Count > command).ToList();
        var there = rows.Select(row => row[pid]).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. rows
                .Where(row => row[pid] != $"{first}" && !there.Contains(row[parent]) && !ours.Contains(row[command]))
                .Select(row => new Difference(DriftKind.Processes, $"process {row[command].Split(' ', 2)[0]}", "none that the app did not start", $"process {row[pid]} of the host, started from outside")),
        ];
    }

    private static int Column(ContainerProcessesResponse processes, string title) => processes.Titles.ToList().IndexOf(title);
}

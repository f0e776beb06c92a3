using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ImmutableBuild.OtherPrograms;

/// <summary>What every program of others that is run here has in common: where it is found, how much of it is listened to, how it is ended.</summary>
internal static class OtherProgram
{
    /// <summary>
    /// Finds it by name; null when it is in no directory of the PATH. The PATH alone is searched: Process.Start would look into the current directory
    /// first, which belongs to the repository.
    /// </summary>
    public static string? Find(string name, Func<string, string?> readVariable) => Find(name, readVariable, OperatingSystem.IsWindows());

    /// <summary>The same, on a system where a program's file is called <c>name.exe</c>, or on one where it is called as it is.</summary>
    public static string? Find(string name, Func<string, string?> readVariable, bool isWindows) =>
        FindFile(isWindows && !name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? $"{name}.exe" : name, readVariable);

    /// <summary>Finds a program that may be a script of Windows as well. Such a script reads its arguments in a way of its own: it must get none but fixed words.</summary>
    public static string? FindOrScript(string name, Func<string, string?> readVariable, bool isWindows) =>
        Find(name, readVariable, isWindows) ?? (isWindows ? FindFile($"{name}.cmd", readVariable) : null);

    private static string? FindFile(string file, Func<string, string?> readVariable)
    {
        var places = (readVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return places.Where(Path.IsPathRooted).Select(place => Path.Combine(place, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>Reads what it says to its end, and keeps at most <paramref name="longest"/> characters.</summary>
    public static async Task<string> ReadAsync(StreamReader reader, int longest, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            text.Append(buffer, 0, Math.Min(count, longest - text.Length));
        }

        return text.ToString();
    }

    /// <summary>Ends it with all it started.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
        {
            // One of the processes ended by itself in this moment. Nothing may be thrown: this also runs in callbacks of timers and cancellations.
        }
    }
}

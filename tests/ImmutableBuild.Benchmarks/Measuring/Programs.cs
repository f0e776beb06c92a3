using System.Diagnostics;

namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>A program the comparison needs is not here; the message says how to get it.</summary>
internal sealed class MissingProgramException(string program, string package)
    : Exception($"'{program}' is not on this machine. On Debian or Ubuntu: apt-get install {package}.");

/// <summary>Programs of other people, found on the path.</summary>
internal static class Programs
{
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/usr/local/sbin"];

    /// <summary>The full path of <paramref name="program"/>; throws <see cref="MissingProgramException"/> where there is none.</summary>
    public static string Find(string program, string package) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(SystemDirectories)
        .Where(directory => directory.Length > 0)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists) ?? throw new MissingProgramException(program, package);

    /// <summary>Runs a program to its end and gives back what it wrote; throws when it fails.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? directory = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = directory ?? "",
        })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{await errors}");
    }
}

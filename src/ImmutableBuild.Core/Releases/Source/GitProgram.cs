using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>Runs git in one directory: no shell, no prompt, no lock taken, output bounded.</summary>
internal sealed class GitProgram(string directory, Func<string, string?> readVariable)
{
    private const int LongestOutput = 4 * 1024 * 1024;

    /// <summary>Runs git and returns what it said, whatever its exit code. IMB1101 when there is no git.</summary>
    public async Task<GitAnswer> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        await using var _ = cancellationToken.Register(() => Kill(process));
        var output = ReadAsync(process.StandardOutput, cancellationToken);
        var error = ReadAsync(process.StandardError, cancellationToken);
        await Task.WhenAll(output, error);
        await process.WaitForExitAsync(cancellationToken);
        return new GitAnswer(string.Join(' ', arguments), process.ExitCode, await output, await error);
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Find(), arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw SourceErrors.GitMissing("git", cause);
        }
    }

    // The PATH alone is searched: Process.Start would look into the current directory first, which belongs to the repository.
    private string Find()
    {
        var name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        var places = (readVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return places.Where(Path.IsPathRooted).Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists)
            ?? throw SourceErrors.GitMissing(name, new FileNotFoundException("it is in no directory of the PATH"));
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            text.Append(buffer, 0, Math.Min(count, LongestOutput - text.Length));
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in this moment.
        }
    }
}

/// <summary>What git said.</summary>
internal sealed record GitAnswer(string Arguments, int ExitCode, string Output, string Error)
{
    /// <summary>This, or IMB1105 when the exit code is not 0.</summary>
    public GitAnswer Succeeded() => ExitCode == 0 ? this : throw Failed();

    /// <summary>The error that quotes git.</summary>
    public ImmutableBuildException Failed() => SourceErrors.GitFailed(Arguments, ExitCode, Error.Trim());
}

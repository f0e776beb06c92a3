using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Releases.Source;

/// <summary>Runs git in one directory: no shell, no prompt, no lock taken, output bounded.</summary>
internal sealed class GitProgram(string directory, Func<string, string?> readVariable)
{
    private const int LongestOutput = 4 * 1024 * 1024;

    /// <summary>Runs git and returns what it said, whatever its exit code. IMB1101 when there is no git.</summary>
    public async Task<GitAnswer> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        await using var _ = cancellationToken.Register(() => OtherProgram.Kill(process));
        var output = OtherProgram.ReadAsync(process.StandardOutput, LongestOutput, cancellationToken);
        var error = OtherProgram.ReadAsync(process.StandardError, LongestOutput, cancellationToken);
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

    private string Find() => OtherProgram.Find("git", readVariable) ?? throw SourceErrors.GitMissing("git", new FileNotFoundException("it is in no directory of the PATH"));
}

/// <summary>What git said.</summary>
internal sealed record GitAnswer(string Arguments, int ExitCode, string Output, string Error)
{
    /// <summary>This, or IMB1105 when the exit code is not 0.</summary>
    public GitAnswer Succeeded() => ExitCode == 0 ? this : throw Failed();

    /// <summary>The error that quotes git.</summary>
    public ImmutableBuildException Failed() => SourceErrors.GitFailed(Arguments, ExitCode, Error.Trim());
}

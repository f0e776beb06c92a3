using System.Diagnostics;

namespace ImmutableBuild.Tests.Releases.Source;

/// <summary>A git repository in a temporary directory, made with the real git and no configuration of the machine's.</summary>
internal sealed class ScratchRepository : IAsyncDisposable
{
    public static readonly DateTimeOffset CommitTime = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public string Root { get; } = Directory.CreateTempSubdirectory("imb git é ").FullName;

    public Task InitAsync() => GitAsync("init", "-q", "-b", "main");

    public void Write(string path, string content)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    public async Task CommitAsync(string path, string content)
    {
        Write(path, content);
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "-m", "A commit");
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(Root, "no such file");
        start.Environment["GIT_AUTHOR_NAME"] = start.Environment["GIT_COMMITTER_NAME"] = "A Tester";
        start.Environment["GIT_AUTHOR_EMAIL"] = start.Environment["GIT_COMMITTER_EMAIL"] = "tester@example.org";
        start.Environment["GIT_AUTHOR_DATE"] = start.Environment["GIT_COMMITTER_DATE"] = CommitTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await error);
        return output.Trim();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>A user of the machine who is not root: with a home, temporary files and packages of their own.</summary>
internal static class SomeoneElse
{
    private const string User = "65534";

    // The packages that root's machine has may be read, as they could from a feed; nothing of root's may be written.
    private static readonly string[] Become =
        ["setpriv", "--reuid", User, "--regid", User, "--clear-groups", "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search", "--"];

    /// <summary>Hands the repository over to them, and builds as they would.</summary>
    public static async Task<CommandResult> BuildAsync(ScratchRepository repository, string project, string target, string umask)
    {
        var home = Directory.CreateDirectory(repository.Root + " home").FullName;
        Directory.CreateDirectory(repository.DataDirectory);
        Directory.CreateDirectory(Path.Combine(home, "tmp"));
        (await repository.RunAsync("chown", ".", "-R", $"{User}:{User}", repository.Root, repository.DataDirectory, home)).ShouldSucceed();
        // Git looks with no more than a user's own rights.
        (await repository.RunAsync("chmod", ".", "711", Path.GetDirectoryName(repository.Root)!)).ShouldSucceed();
        foreach (var (name, path) in ((string, string)[])[("HOME", ""), ("TMPDIR", "tmp"), ("NUGET_PACKAGES", "packages"), ("DOTNET_CLI_HOME", "")])
        {
            repository.SetVariable(name, Path.Combine(home, path));
        }

        string[] arguments = [.. Become, "dotnet", .. repository.Arguments(project, target, ["-p:UseSharedCompilation=false"])];
        return await repository.RunAsync("sh", ".", ["-c", $"umask {umask} && exec \"$0\" \"$@\"", .. arguments]);
    }
}

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>PowerShell itself, which reads a script's arguments in its own way.</summary>
internal sealed class PowerShell
{
    private readonly string _program;

    private PowerShell(string program) => _program = program;

    /// <summary>Skips the test, with the reason, where it can't be had.</summary>
    public static async Task<PowerShell> InstallAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The rig is bash's (tests/rig/powershell.sh).");
        var installed = await Command.RunAsync("bash", Repository.Root, [Path.Combine(Repository.Root, "tests", "rig", "powershell.sh")], PackedPackage.Quiet);
        Assert.SkipUnless(installed.ExitCode == 0, $"PowerShell could not be had: {installed.Output}");
        return new PowerShell(installed.StandardOutput.Trim().Split('\n')[^1]);
    }

    /// <summary>A line as one types it, in a repository's root.</summary>
    public Task<CommandResult> RunAsync(ScratchRepository repository, string line) => repository.RunAsync(_program, ".", Arguments(line));

    /// <summary>The same in the root of this repository.</summary>
    public Task<CommandResult> RunHereAsync(string line) => Command.RunAsync(_program, Repository.Root, Arguments(line), PackedPackage.Quiet);

    private static string[] Arguments(string line) => ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", $"{line}; exit $LASTEXITCODE"];
}

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The tool <c>immutable</c>, packed and installed as a user installs it, from a folder.</summary>
internal sealed class InstalledTool(string program)
{
    /// <summary>Packs it with the version of <paramref name="package"/>, and installs it as <paramref name="repository"/> would, once for all tests.</summary>
    public static async Task<InstalledTool> InstallAsync(PackedPackage package, ScratchRepository repository)
    {
        await package.PackAsync("src/ImmutableBuild.Tool", package.Version);
        var place = await package.OnceAsync("tool", async there =>
            (await repository.RunAsync("dotnet", ".", "tool", "install", "ImmutableBuild.Tool", "--tool-path", there, "--version", package.Version, "--source", package.Feed)).ShouldSucceed());
        return new InstalledTool(Path.Combine(place, OperatingSystem.IsWindows() ? "immutable.exe" : "immutable"));
    }

    /// <summary>Runs it in a directory of <paramref name="repository"/>, piped.</summary>
    public Task<CommandResult> RunAsync(ScratchRepository repository, string directory, params string[] arguments) =>
        repository.RunAsync(program, directory, arguments);

    /// <summary>As above, on a terminal that script(1) makes.</summary>
    public Task<CommandResult> RunOnTerminalAsync(ScratchRepository repository, string directory, params string[] arguments) =>
        repository.RunAsync("script", directory, "-qefc", $"TERM=xterm '{program}' {string.Join(' ', arguments)}", "/dev/null");
}

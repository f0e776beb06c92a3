namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The real cosign.</summary>
internal sealed class Cosign : IDisposable
{
    private readonly Debian13 _program;

    private Cosign(Debian13 program) => _program = program;

    /// <summary>A directory for key files, gone afterwards. cosign sees it under <see cref="Inside"/>.</summary>
    public string Directory => _program.Directory;

    /// <summary>Finds cosign, or skips the test with the reason.</summary>
    public static Cosign FindOrSkip() => new(Debian13.FindOrSkip("cosign"));

    /// <summary>The version that is meant: 2 (Debian 13) or 3 (Debian sid).</summary>
    public static Cosign FindOrSkip(int major) => major == 2 ? FindOrSkip() : new(Debian13.FindInSidOrSkip("cosign"));

    /// <summary>The path of a file of <see cref="Directory"/> as cosign sees it.</summary>
    public string Inside(string name) => _program.Inside(name);

    /// <summary>Runs cosign with the password of its keys.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string password, params string[] arguments) =>
        _program.RunAsync(arguments, new Dictionary<string, string> { ["COSIGN_PASSWORD"] = password });

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}

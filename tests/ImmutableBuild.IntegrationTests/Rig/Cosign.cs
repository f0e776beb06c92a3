namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The real cosign: of the PATH, or else of the rig's Debian 13 root (tests/rig/install.sh).</summary>
internal sealed class Cosign : IDisposable
{
    private readonly string _root;

    private Cosign(string root)
    {
        _root = root;
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(root.Length > 0 ? root + "/tmp" : Path.GetTempPath(), $"cosign-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>The rig's Debian 13 root.</summary>
    public static string Trixie => Path.Combine(Environment.GetEnvironmentVariable("IMMUTABLE_RIG") ?? "/var/cache/immutable-rig", "trixie");

    /// <summary>A directory for key files, gone afterwards. cosign sees it under <see cref="Inside"/>.</summary>
    public string Directory { get; }

    /// <summary>Finds cosign, or skips the test with the reason.</summary>
    public static Cosign FindOrSkip()
    {
        if (SystemProgram.Find("cosign") is not null)
        {
            return new Cosign("");
        }

        Assert.SkipUnless(File.Exists(Path.Combine(Trixie, "usr/bin/cosign")) && Environment.UserName == "root", "cosign is neither on the PATH nor in the rig (tests/rig/install.sh, as root).");
        return new Cosign(Trixie);
    }

    /// <summary>The path of a file of <see cref="Directory"/> as cosign sees it.</summary>
    public string Inside(string name) => Path.Combine(Directory, name)[_root.Length..];

    /// <summary>Runs cosign in <see cref="Directory"/>, with the password of its keys.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string password, params string[] arguments)
    {
        var variables = new Dictionary<string, string> { ["COSIGN_PASSWORD"] = password, ["HOME"] = Inside("") };
        return _root.Length == 0 ? SystemProgram.RunAsync("cosign", arguments, variables) : SystemProgram.RunAsync("chroot", [_root, "cosign", .. arguments], variables);
    }

    /// <inheritdoc/>
    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

using System.Security.Cryptography;
using System.Text.Json;

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

    /// <summary>Writes a program that is this cosign, for those who look for it on the PATH. Names of files are those of this machine.</summary>
    public void WriteLauncher(string file) => _program.WriteLauncher(file);

    /// <summary>Runs cosign with the password of its keys.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string password, params string[] arguments) =>
        _program.RunAsync(arguments, new Dictionary<string, string> { ["COSIGN_PASSWORD"] = password });

    /// <summary>Runs cosign so that it trusts the Sigstore of a trusted root, which is <c>root.json</c> of <see cref="Directory"/> then: version 2 asks variables where version 3 asks that file.</summary>
    public async Task<(int ExitCode, string Output)> RunTrustingAsync(string trustedRoot, params string[] arguments)
    {
        using var root = JsonDocument.Parse(await File.ReadAllBytesAsync(trustedRoot, TestContext.Current.CancellationToken));
        File.Copy(trustedRoot, Path.Combine(Directory, "root.json"), overwrite: true);
        string Pem(string file, string label, JsonElement bytes)
        {
            File.WriteAllText(Path.Combine(Directory, file), PemEncoding.WriteString(label, bytes.GetBytesFromBase64()) + "\n");
            return Inside(file);
        }

        JsonElement Only(string list) => root.RootElement.GetProperty(list)[0];
        return await _program.RunAsync(arguments, new Dictionary<string, string>
        {
            ["SIGSTORE_ROOT_FILE"] = Pem("authority.pem", "CERTIFICATE", Only("certificateAuthorities").GetProperty("certChain").GetProperty("certificates")[0].GetProperty("rawBytes")),
            ["SIGSTORE_REKOR_PUBLIC_KEY"] = Pem("log.pem", "PUBLIC KEY", Only("tlogs").GetProperty("publicKey").GetProperty("rawBytes")),
            ["SIGSTORE_CT_LOG_PUBLIC_KEY_FILE"] = Pem("ctlog.pem", "PUBLIC KEY", Only("ctlogs").GetProperty("publicKey").GetProperty("rawBytes")),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}

using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.OtherPrograms;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>
/// The <c>cosign</c> of the PATH, which has a certificate issued for this job's identity, signs with its key, and has the signature logged. The identity's token
/// goes to it in variables, where no list of processes shows it; it gets no other secret.
/// </summary>
internal sealed class CosignProgram
{
    private const string Name = "cosign";
    private const long LongestBundle = 64 * 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly string[] TokenRequest = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
    private static readonly string[] Token = ["SIGSTORE_ID_TOKEN"];

    // What any program needs to reach a service, and where cosign keeps its own trusted root.
    private static readonly string[] Surroundings =
    [
        "PATH", "HOME", "USERPROFILE", "LOCALAPPDATA", "SystemRoot", "TMPDIR", "TEMP", "TMP", "SSL_CERT_FILE", "SSL_CERT_DIR", "TUF_ROOT", "TUF_MIRROR", "TUF_ROOT_JSON",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    ];

    private readonly StageContext _context;
    private readonly string _program;

    private CosignProgram(StageContext context, string program) => (_context, _program) = (context, program);

    /// <summary>Finds it. IMB4040 when there is none, IMB4041 when it can't sign what it is given, IMB4043 when nothing says who this job is.</summary>
    public static async Task<CosignProgram> FindAsync(StageContext context, CancellationToken cancellationToken)
    {
        if (!TokenRequest.All(IsSet) && !Token.All(IsSet))
        {
            throw KeylessErrors.NoToken();
        }

        var cosign = new CosignProgram(context, OtherProgram.Find(Name, context.ReadVariable) ?? throw KeylessErrors.NoCosign());
        await cosign.RequireFitAsync(cancellationToken);
        return cosign;

        bool IsSet(string name) => !string.IsNullOrEmpty(context.ReadVariable(name));
    }

    /// <summary>Signs a statement. The bytes of its bundle; IMB4042 when cosign fails.</summary>
    public Task<byte[]> SignStatementAsync(byte[] statement, CancellationToken cancellationToken) => SignAsync(statement, file => ["attest-blob", "--statement", file], cancellationToken);

    /// <summary>Signs other bytes. The bytes of its bundle; IMB4042 when cosign fails.</summary>
    public Task<byte[]> SignBlobAsync(byte[] content, CancellationToken cancellationToken) => SignAsync(content, file => ["sign-blob", file], cancellationToken);

    // Distributions build it without its version: what it can do tells it apart, and is what counts.
    private async Task RequireFitAsync(CancellationToken cancellationToken)
    {
        var help = await RunAsync(["attest-blob", "--help"], [], cancellationToken);
        var known = Encoding.UTF8.GetString(help.Output);
        if (!known.Contains("--statement", StringComparison.Ordinal) || !known.Contains("--signing-config", StringComparison.Ordinal))
        {
            var version = Encoding.UTF8.GetString((await RunAsync(["version"], [], cancellationToken)).Output).Split('\n').FirstOrDefault(line => line.StartsWith("GitVersion", StringComparison.Ordinal));
            throw KeylessErrors.UnfitCosign(_program, help.Fault ?? version?["GitVersion:".Length..].Trim() ?? "of an unknown version");
        }
    }

    private async Task<byte[]> SignAsync(byte[] content, Func<string, string[]> command, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_context.WorkDirectory, $"cosign-{Guid.NewGuid():N}");
        CreateDirectory(directory);
        try
        {
            var (file, bundle) = (Path.Combine(directory, "signed"), Path.Combine(directory, "bundle.json"));
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            var run = await RunAsync([.. command(file), "--bundle", bundle, "--yes", .. Addresses()], [.. TokenRequest, .. Token], cancellationToken);
            return run.Fault is { } fault ? throw KeylessErrors.SigningFailed(fault)
                : new FileInfo(bundle) is { Exists: true, Length: > 0 and <= LongestBundle } ? await File.ReadAllBytesAsync(bundle, cancellationToken)
                : throw KeylessErrors.SigningFailed("it wrote no bundle");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // With a Sigstore of one's own, cosign verifies against its root what it got; with the public one it knows that itself.
    private string[] Addresses() => _context.Options.Sign.SigningConfig is not { } config ? []
        : _context.Options.Verify.TrustedRoot is { } root ? ["--signing-config", config, "--trusted-root", root]
        : ["--signing-config", config];

    private Task<ProgramRun> RunAsync(string[] arguments, string[] secrets, CancellationToken cancellationToken)
    {
        var variables = Surroundings.Concat(secrets).Select(name => (Name: name, Value: _context.ReadVariable(name))).Where(variable => variable.Value is not null);
        return ProgramRun.RunAsync(_program, arguments, [.. variables.Select(variable => (variable.Name, variable.Value!))], _context.WorkDirectory, cancellationToken);
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
    }
}

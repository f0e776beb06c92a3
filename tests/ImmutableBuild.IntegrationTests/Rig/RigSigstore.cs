using System.Diagnostics;
using System.Text;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A Sigstore of our own on a free loopback port (tests/rig/sigstore.cjs): it certifies whoever a token names, and keeps a log.</summary>
internal sealed class RigSigstore : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;
    private readonly int _port;

    private RigSigstore(Process process, string directory, int port) => (_process, _directory, _port) = (process, directory, port);

    /// <summary>Whom to trust for it.</summary>
    public string TrustedRoot => Path.Combine(_directory, "trusted_root.json");

    /// <summary>Where its services are.</summary>
    public string SigningConfig => Path.Combine(_directory, "signing_config.json");

    /// <summary>Starts it and waits until it answers, or skips the test with the reason.</summary>
    public static async Task<RigSigstore> StartOrSkipAsync()
    {
        SystemProgram.SkipUnlessInstalled("node");
        SystemProgram.SkipUnlessInstalled("npm");
        var (code, output) = await SystemProgram.RunAsync("bash", [Path.Combine(RepositoryRoot.Find(), "tests/rig/sigstore.sh")]);
        Assert.SkipUnless(code == 0, $"@sigstore/mock can't be had: {output}");
        var directory = Directory.CreateTempSubdirectory("immutable-sigstore-").FullName;
        var port = LoopbackPort.Free();
        var process = Process.Start(new ProcessStartInfo("node", ["sigstore.cjs", $"{port}", directory]) { WorkingDirectory = output.Trim(), UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var ready = new TaskCompletionSource();
        process.OutputDataReceived += (_, line) => _ = line.Data == "ready" && ready.TrySetResult();
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var sigstore = new RigSigstore(process, directory, port);
        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
            return sigstore;
        }
        catch
        {
            await sigstore.DisposeAsync();
            throw;
        }
    }

    /// <summary>The variables of a job of GitHub Actions whose workflow is <paramref name="workflow"/>: where it gets its token, and the secret that it shows there.</summary>
    public Dictionary<string, string> JobOf(string workflow) => new()
    {
        ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"http://127.0.0.1:{_port}/token?job=1",
        ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = Encode(workflow),
    };

    /// <summary>The variable of a job elsewhere, which was given its token.</summary>
    public static Dictionary<string, string> TokenOf(string subject, string issuer) => new()
    {
        ["SIGSTORE_ID_TOKEN"] = $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Encode($$"""{"iss":"{{issuer}}","sub":"{{subject}}","aud":"sigstore","exp":{{DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds()}}}""")}.{Encode("none")}",
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

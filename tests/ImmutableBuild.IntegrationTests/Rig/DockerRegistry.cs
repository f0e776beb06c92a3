using System.Diagnostics;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The real registry of the Docker project (Debian's docker-registry), on a free loopback port with its own storage.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    /// <summary>The password of the user "puller".</summary>
    public const string Password = "s3cret-of-tests";

    /// <summary>The account of that user, as <c>htpasswd -B</c> writes it.</summary>
    public const string Accounts = "puller:$2b$05$LXJ4mlcrLN35YvmLPhaAkekLTnvPYuOvGb9SkgOXGyDbaRgQ9R9Aq\n";

    private const int MostStarts = 3;

    private readonly Process _process;
    private readonly string _directory;

    private DockerRegistry(Process process, string directory, int port) => (_process, _directory, Host) = (process, directory, $"localhost:{port}");

    /// <summary><c>localhost:port</c>.</summary>
    public string Host { get; }

    /// <summary>Starts one and waits until it answers, or skips the test with the reason.</summary>
    /// <param name="accounts">Lines of an htpasswd file; null lets everyone in.</param>
    /// <param name="authentication">Instead of accounts, the members of its configuration's <c>auth</c>.</param>
    /// <param name="tls">The members of <c>http.tls</c>; null for plain HTTP.</param>
    /// <param name="storage">Where it keeps images; null for a directory of its own.</param>
    public static async Task<DockerRegistry> StartOrSkipAsync(string? accounts = null, string? authentication = null, string? tls = null, string? storage = null)
    {
        SystemProgram.SkipUnlessInstalled("docker-registry");
        for (var start = 1; ; start++)
        {
            try
            {
                return await StartAsync(accounts, authentication, tls, storage);
            }
            catch (HttpRequestException) when (start < MostStarts)
            {
                // It has ended: someone took its port before it listened there.
            }
        }
    }

    private static async Task<DockerRegistry> StartAsync(string? accounts, string? authentication, string? tls, string? storage)
    {
        var directory = Directory.CreateTempSubdirectory("immutable-registry-").FullName;
        var port = LoopbackPort.Free();
        var config = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(Path.Combine(directory, "accounts"), accounts);
        var auth = accounts is null ? authentication : $"{{ htpasswd: {{ realm: tests, path: {directory}/accounts }} }}";
        await File.WriteAllTextAsync(config, $"""
            version: 0.1
            log: {"{ level: error }"}
            {(auth is null ? "" : $"auth: {auth}")}
            storage:
              filesystem: {"{"} rootdirectory: '{storage ?? directory}/data' {"}"}
            http:
              addr: 127.0.0.1:{port}
              {(tls is null ? "" : $"tls: {tls}")}
            """);
        var start = new ProcessStartInfo("docker-registry", ["serve", config]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var registry = new DockerRegistry(process, directory, port);
        try
        {
            await registry.WaitAsync();
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task WaitAsync()
    {
        using var http = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                using var reply = await http.GetAsync(new Uri($"http://{Host}/v2/"), limit.Token);
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}

using System.Diagnostics;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>moto, which answers as AWS does, on a free loopback port. Its KMS makes real keys and really signs.</summary>
internal sealed class Moto : IAsyncDisposable
{
    private const string Script = "moto_aws.py";

    private readonly Process _process;
    private readonly Debian13 _program;

    private Moto(Debian13 program, Process process, int port)
    {
        (_program, _process, Host) = (program, process, $"127.0.0.1:{port}");
        Kms = new AmazonKeyManagementServiceClient(new BasicAWSCredentials("testing", "testing"), new AmazonKeyManagementServiceConfig { ServiceURL = $"http://{Host}", AuthenticationRegion = "eu-central-1" });
    }

    /// <summary>Where it listens.</summary>
    public string Host { get; }

    /// <summary>Its KMS, with all rights.</summary>
    public AmazonKeyManagementServiceClient Kms { get; }

    /// <summary>Starts it and waits until it answers, or skips the test with the reason.</summary>
    public static async Task<Moto> StartOrSkipAsync()
    {
        var program = Debian13.FindOrSkip("moto_server");
        File.Copy(Path.Combine(AppContext.BaseDirectory, Script), Path.Combine(program.Directory, Script));
        var port = LoopbackPort.Free();
        var start = program.Command("python3", program.Inside(Script), "-H", "127.0.0.1", "-p", $"{port}");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var moto = new Moto(program, process, port);
        try
        {
            await moto.WaitAsync();
            return moto;
        }
        catch
        {
            await moto.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a key; with an alias when one is given. Its id.</summary>
    public async Task<string> CreateKeyAsync(KeySpec spec, KeyUsageType usage, string? alias = null)
    {
        var made = await Kms.CreateKeyAsync(new CreateKeyRequest { KeySpec = spec, KeyUsage = usage }, TestContext.Current.CancellationToken);
        if (alias is not null)
        {
            await Kms.CreateAliasAsync(new CreateAliasRequest { AliasName = alias, TargetKeyId = made.KeyMetadata.KeyId }, TestContext.Current.CancellationToken);
        }

        return made.KeyMetadata.KeyId;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kms.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _program.Dispose();
    }

    private async Task WaitAsync()
    {
        using var http = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (true)
        {
            try
            {
                using var reply = await http.GetAsync(new Uri($"http://{Host}/moto-api/"), limit.Token);
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}

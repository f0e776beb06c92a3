using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A real gateway, keeper and all, with instances of the test app; takes itself down.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly KeeperProcess _keeper;
    private Lease? _lease;

    private TestGateway(string state, KeeperProcess keeper)
    {
        StateDirectory = state;
        _keeper = keeper;
        Client = GatewayClient.ForState(App, state);
    }

    public static AppKey App { get; } = new("web", "test");

    public string StateDirectory { get; }

    public GatewayClient Client { get; }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromMinutes(5) };

    public string StatePath => Path.Combine(StateDirectory, "state.json");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<TestGateway> StartAsync(string? state = null, string port = "0")
    {
        state ??= Directory.CreateTempSubdirectory("imb-gw-").FullName;
        var gateway = new TestGateway(state, StartKeeper(state, port));
        await gateway.AnsweringAsync();
        gateway.Http.BaseAddress = gateway.Url;
        return gateway;
    }

    /// <summary>Starts a keeper as the local target does: detached, with a file for its words.</summary>
    public static KeeperProcess StartKeeper(string state, string port)
    {
        var words = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(state)}.words");
        File.Delete(words);
        var host = ProcessHost.ForThisSystem();
        var identity = host.Start(new ProcessStart
        {
            Program = DotnetHost(),
            Arguments = [Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"), "keep", "--state", state, "--app", App.App, "--environment", App.Environment, "--port", port],
            Environment = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin").Add("HOME", Path.GetTempPath()),
            WorkingDirectory = state,
            OutputFile = words,
        });
        return new KeeperProcess(identity, words, host.WaitForExitAsync(identity, CancellationToken.None));
    }

    /// <summary>Polls until <paramref name="holds"/>; fails with the last observation.</summary>
    public async Task<Observation> UntilAsync(Func<Observation, bool> holds, string what)
    {
        var began = Stopwatch.GetTimestamp();
        Observation? last = null;
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                last = await Client.ObserveAsync(Token);
                if (holds(last))
                {
                    return last;
                }
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                // A gateway that was killed is on its way back.
            }

            await Task.Delay(20, Token);
        }

        var log = File.Exists(Path.Combine(StateDirectory, "gateway.log")) ? await File.ReadAllTextAsync(Path.Combine(StateDirectory, "gateway.log"), Token) : "";
        throw new TimeoutException($"Not in {Patience}: {what}. Last seen: {(last is null ? "nothing" : JsonSerializer.Serialize(last, ProtocolJson.Default.Observation))}\n{log}");
    }

    /// <summary>Asks as a client until the answer is <paramref name="status"/>: what the gateway knows of its instances shows to clients a moment later.</summary>
    public async Task UntilAnsweredAsync(HttpStatusCode status)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = await Http.GetAsync("/whoami", Token);
            if (answer.StatusCode == status)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"Not in {Patience}: {status}. Last answered: {answer.StatusCode}");
            }

            await Task.Delay(20, Token);
        }
    }

    public async Task<Lease> LeaseAsync() => _lease = await Client.AcquireLeaseAsync(new LeaseRequest("test", TimeSpan.FromMinutes(10)), Token);

    public static GenerationSpec Spec(int version, RuntimeConfiguration? configuration = null, int size = 1)
    {
        // The machine may be so busy that a healthy app is late.
        var configured = (configuration ?? new RuntimeConfiguration()) with { Probe = Probe.Default with { Timeout = TimeSpan.FromSeconds(10) } };
        return new GenerationSpec
        {
            App = App,
            Commit = CommitSha.Parse(version.ToString("x40")),
            Image = Digest.Of([(byte)version, (byte)(version >> 8)]),
            Repository = "local/web",
            Configuration = configured,
            Size = size,
        };
    }

    public static LaunchPlan Launch(params (string Name, string Value)[] variables) => new(
        Path.Combine(TestAppDirectory, OperatingSystem.IsWindows() ? "ImmutableBuild.TestApp.exe" : "ImmutableBuild.TestApp"),
        [],
        TestAppDirectory,
        variables.Append(("DOTNET_ROOT", Path.GetDirectoryName(DotnetHost())!))
            .ToImmutableSortedDictionary(variable => variable.Item1, variable => variable.Item2, StringComparer.Ordinal));

    public async Task<GenerationId> CreateAsync(GenerationSpec spec, params (string Name, string Value)[] variables)
    {
        await Client.CreateAsync(spec, Launch(variables), await LeaseAsync(), Token);
        return spec.Id;
    }

    public async Task<GenerationId> CreateHealthyAsync(GenerationSpec spec, params (string Name, string Value)[] variables)
    {
        var id = await CreateAsync(spec, variables);
        await HealthyAsync(id);
        return id;
    }

    public Task<Observation> HealthyAsync(GenerationId id) =>
        UntilAsync(seen => seen.Find(id) is { } generation && generation.Instances.All(instance => instance.ConsecutiveHealthy > 0), $"{id} healthy");

    public async Task RouteAsync(GenerationId id) => await Client.RouteAsync(Route.To(id), await LeaseAsync(), Token);

    public async Task DestroyAsync(GenerationId id) => await Client.DestroyAsync(id, await LeaseAsync(), Token);

    public Task<Observation> GoneAsync(GenerationId id) => UntilAsync(seen => seen.Find(id) is null, $"{id} gone");

    /// <summary>A healthy generation that serves.</summary>
    public async Task<GenerationId> ServeAsync(int version = 1, RuntimeConfiguration? configuration = null, params (string Name, string Value)[] variables)
    {
        var id = await CreateHealthyAsync(Spec(version, configuration), variables);
        await RouteAsync(id);
        return id;
    }

    public int KeeperProcess => _keeper.Identity.Id;

    /// <summary>The file that the keeper writes to.</summary>
    public string KeeperWords => _keeper.WordsPath;

    public async Task<int> GatewayProcessAsync() => (await Client.InfoAsync(Token)).ProcessId;

    /// <summary>kill -9 of the process that serves; the keeper starts another, once <paramref name="before"/> is done.</summary>
    public async Task KillGatewayAsync(Func<Task>? before = null)
    {
        var host = ProcessHost.ForThisSystem();
        var gateway = host.Find(await GatewayProcessAsync())!;
        Signals.Stop(KeeperProcess);
        host.Kill(gateway);
        await host.WaitForExitAsync(gateway, Token);
        await (before?.Invoke() ?? Task.CompletedTask);
        Signals.Continue(KeeperProcess);
    }

    /// <summary>A request that <paramref name="serving"/> works on until it is ended.</summary>
    public async Task<HeldUpload> HoldRequestAsync(GenerationId serving)
    {
        var held = new HeldUpload(Url);

        // Requests in flight may include the gateway's own to its public port; only clients' requests are among those that wait for an answer.
        await UntilAsync(seen => seen.Find(serving)!.Traffic?.Waiting?.Total == 1, "the request waits for its answer");
        return held;
    }

    /// <summary>Waits for the keeper's end.</summary>
    public Task KeeperEndedAsync() => _keeper.Exited.WaitAsync(Patience, Token);

    public async Task AnsweringAsync()
    {
        var seen = await UntilAsync(_ => true, "the gateway answers");
        if (seen.Url is { } url)
        {
            Url = new Uri(url);
        }
    }

    /// <summary>Who answers, over a connection of its own: one that was kept may have been broken by what a test does to the gateway.</summary>
    public async Task<WhoAmI> AskWhoAsync()
    {
        using var http = new HttpClient { BaseAddress = Url };
        return JsonSerializer.Deserialize<WhoAmI>(await http.GetStringAsync("/whoami", Token), JsonSerializerOptions.Web)!;
    }

    /// <summary>Takes the app down; leaves the directory.</summary>
    public async Task StopAsync()
    {
        if (!_keeper.Exited.IsCompleted)
        {
            // It may be starting again, when a test ends early.
            await UntilAsync(_ => true, "the gateway answers");
            var lease = await Client.AcquireLeaseAsync(new LeaseRequest(_lease?.Holder ?? "test", TimeSpan.FromMinutes(10)), CancellationToken.None);
            await Client.StopAsync(lease, CancellationToken.None);
            await _keeper.Exited.WaitAsync(Patience);
        }

        File.Delete(_keeper.WordsPath);
        Http.Dispose();
        await Client.DisposeAsync();
    }

    /// <summary>Lets go of an app that another gateway serves.</summary>
    public async Task AbandonAsync()
    {
        File.Delete(_keeper.WordsPath);
        Http.Dispose();
        await Client.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await LeftDirectory.RemoveAsync(() => Directory.Delete(StateDirectory, recursive: true));
    }

    private static string TestAppDirectory => typeof(TestGateway).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "TestAppDirectory").Value!;

    public static string DotnetHost() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host
            ? host
            : Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}

/// <summary>A keeper that was started, and what it says when it can't go on.</summary>
public sealed record KeeperProcess(ProcessIdentity Identity, string WordsPath, Task<int?> Exited)
{
    /// <summary>Waits for its end; its exit code and its words.</summary>
    public async Task<(int? ExitCode, string Words)> EndAsync()
    {
        var exitCode = await Exited.WaitAsync(TestGateway.Patience, TestContext.Current.CancellationToken);
        var words = await File.ReadAllTextAsync(WordsPath, TestContext.Current.CancellationToken);
        File.Delete(WordsPath);
        return (exitCode, words);
    }
}

/// <summary>What the test app says of itself.</summary>
public sealed record WhoAmI(string Generation, string Instance, int ProcessId, string Directory, string Temporary, string[] Variables);

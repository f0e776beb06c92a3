using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What the .NET SDK's own container publishing does wrong as seen from the command line (docs/sdk-defects.md).</summary>
public sealed class SdkDefectTests(PackedPackage package, SdkDefectTests.CommittedApp app) : IClassFixture<SdkDefectTests.CommittedApp>
{
    [Fact]
    [Trait("SdkDefect", "revision-in-assembly")]
    [Trait("SdkDefect", "clean-clone")]
    public async Task A_commit_of_the_documentation_alone_re_uses_every_layer()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        repository.Write("README.md", "one");
        await repository.CommitAsync();
        await repository.GitAsync("remote", "add", "origin", "https://github.com/me/shop.git");
        var first = await BakeAsync(repository);

        repository.Write("README.md", "two");
        await repository.CommitAsync("Documentation");
        var second = await BakeAsync(repository);

        second.ShouldBe(first.Select(layer => (layer.Digest, true)));
    }

    [Fact]
    [Trait("SdkDefect", "unreachable-registry")]
    [Trait("SdkDefect", "empty-registry-name")]
    public async Task A_registry_that_nobody_answers_at_is_named_in_an_error_with_a_code()
    {
        // Bound and not listened on, so that nobody else can be there by the time of the push.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = $"127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}";

        var refused = await app.Repository.BuildAsync(WebApp.Project, "Release", $"-p:ContainerRegistry={nobody}");

        refused.ShouldFailWith("IMB5002").ShouldSay($"{nobody}/v2/").ShouldNotSay("MSB4018").ShouldNotSay("   at ").ShouldNotSay(".targets(");
    }

    [Fact]
    [Trait("SdkDefect", "no-code")]
    [Trait("SdkDefect", "empty-registry-name")]
    public async Task A_registry_that_refuses_is_named_in_an_error_with_a_code_and_its_own_words()
    {
        var (registry, host) = Listen();
        using var listening = registry;
        var refusing = RefuseAsync(registry);

        var refused = await app.Repository.BuildAsync(WebApp.Project, "Release", $"-p:ContainerRegistry={host}");
        registry.Stop();
        await refusing;

        refused.ShouldFailWith("IMB5004").ShouldSay($"http://{host}/v2/").ShouldSay("DENIED: not on a Sunday").ShouldNotSay("   at ").ShouldNotSay(".targets(");
    }

    private static async Task RefuseAsync(HttpListener registry)
    {
        try
        {
            while (true)
            {
                var context = await registry.GetContextAsync();
                context.Response.StatusCode = 400;
                context.Response.Close("""{"errors":[{"code":"DENIED","message":"not on a Sunday"}]}"""u8.ToArray(), willBlock: false);
            }
        }
        catch (Exception stopped) when (stopped is HttpListenerException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static async Task<List<(string Digest, bool ReUsed)>> BakeAsync(ScratchRepository repository)
    {
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        using var record = JsonDocument.Parse(await File.ReadAllTextAsync(repository.PathOf("src/Shöp Web/obj/immutable/release.json"), TestContext.Current.CancellationToken));
        return [.. record.RootElement.GetProperty("bake").GetProperty("images")[0].GetProperty("layers").EnumerateArray().Select(layer => (layer.GetProperty("digest").GetString()!, layer.GetProperty("reused").GetBoolean()))];
    }

    // It takes no port of the system's choice, and one that was free may be another's by the time it listens.
    private static (HttpListener Registry, string Host) Listen()
    {
        for (var tries = 1; ; tries++)
        {
            var registry = new HttpListener();
            var host = $"127.0.0.1:{FreePort()}";
            registry.Prefixes.Add($"http://{host}/");
            try
            {
                registry.Start();
                return (registry, host);
            }
            catch (Exception taken) when (tries < 10 && taken is HttpListenerException or SocketException)
            {
                registry.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>One for all whose release gets no further than to a registry.</summary>
    public sealed class CommittedApp(PackedPackage package) : IAsyncLifetime
    {
        internal ScratchRepository Repository { get; } = new(package);

        public async ValueTask InitializeAsync()
        {
            WebApp.Write(Repository, "v");
            await Repository.CommitAsync();
        }

        public ValueTask DisposeAsync() => Repository.DisposeAsync();
    }
}

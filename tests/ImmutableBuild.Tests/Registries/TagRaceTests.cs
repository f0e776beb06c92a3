using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

/// <summary>Two releases of one commit with different images, both of which saw that the commit's tag was free.</summary>
public sealed class TagRaceTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string Tag = new('a', 40);

    private readonly TaskCompletionSource _bothHavePut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _bothHaveLooked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestRegistry _registry = null!;
    private int _looked;
    private int _put;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _registry.Before = async context =>
        {
            if (context.Request.Method == "PUT")
            {
                await _bothHaveLooked.Task.WaitAsync(s_patience);
            }

            return false;
        };
        _registry.After = context =>
        {
            if (context.Request.Method == "GET" && Interlocked.Increment(ref _looked) == 2)
            {
                _bothHaveLooked.SetResult();
            }

            if (context.Request.Method == "PUT" && Interlocked.Increment(ref _put) == 2)
            {
                _bothHavePut.SetResult();
            }
        };
    }

    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    [Theory, Trait("Fault", "F36")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exactly_one_side_has_the_tag_and_both_know_which(bool keepsConditions)
    {
        _registry.KeepsConditions = keepsConditions;
        using var connector = new RegistryConnector(new PushOptions(), static _ => null, new WaitsFor(_bothHavePut.Task), TimeSpan.FromMilliseconds(1));
        ManifestContent[] rivals = [Manifest("one"), Manifest("two")];

        var told = await Task.WhenAll(rivals.Select(manifest => Open(connector).SetTagAsync(Tag, manifest, TagRule.NeverMoves, Ct))).WaitAsync(s_patience, Ct);

        var winner = (await Open(connector).FindTagAsync(Tag, Ct)).ShouldNotBeNull().Digest;
        rivals.Select(manifest => manifest.Digest).ShouldContain(winner);
        told.ShouldBe([winner, winner]);
    }

    private static ManifestContent Manifest(string text)
    {
        var bytes = OciJson.Write(new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = new Descriptor { MediaType = MediaTypes.Config, Size = text.Length, Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)) },
            Layers = [],
        });
        return new ManifestContent(Digest.Of(bytes), MediaTypes.Manifest, bytes);
    }

    private IImageStore Open(RegistryConnector connector) => ImageStores.Open($"{_registry.Host}/me/web", "", connector, RegistryAccess.Push);

    /// <summary>A clock on which any wait lasts until something has happened.</summary>
    private sealed class WaitsFor(Task happening) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ = happening.ContinueWith(_ => callback(state), TaskScheduler.Default);
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

using System.Text.Json;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

public sealed class StoreRetentionTests : IDisposable
{
    private static readonly AppKey Production = new("web", "production");
    private static readonly AppKey Staging = new("web", "staging");
    private static readonly AppKey Development = new("web", "dev");
    private static readonly AppKey OtherApp = new("web-admin", "production");

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalLayout _layout;
    private readonly OciLayout _store;
    private readonly ImageStore _unpacked;

    public StoreRetentionTests()
    {
        _layout = new LocalLayout(_directory["data"]);
        _store = OciLayout.OpenOrCreate(_layout.Store("web"));
        _unpacked = new ImageStore(_layout, TimeProvider.System);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    [Trait("Fault", "F28")]
    [Trait("Fault", "F41")]
    public async Task What_any_environment_may_go_back_to_stays()
    {
        var images = Enumerable.Range(0, 25).Select(Push).ToList();
        // Live in production were 0 to 13, of which the last ten count; 14 failed; 15 to 24 are the last pushed.
        WriteLedger(Production, [.. images[..14].Select(image => (LedgerEvent.Live, image)), (LedgerEvent.Failed, images[14])]);
        WriteLedger(Staging, (LedgerEvent.Live, images[0]));
        WriteLedger(OtherApp, (LedgerEvent.Live, images[2]));
        await _unpacked.UseAsync(Development, images[1], () => _store, Ct);

        var removed = await ApplyAsync();

        Kept(images).ShouldBe([0, 1, .. Enumerable.Range(4, 10), .. Enumerable.Range(15, 10)]);
        removed.ShouldBe(3);
        (await ApplyAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_image_that_was_live_again_and_again_counts_once()
    {
        var images = Enumerable.Range(0, 22).Select(Push).ToList();
        WriteLedger(Production, [(LedgerEvent.Live, images[0]), .. Enumerable.Range(0, 40).Select(i => (LedgerEvent.Live, images[1 + (i % 2)]))]);

        await ApplyAsync();

        Kept(images)[..3].ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task An_app_without_a_store_has_nothing_to_look_after() =>
        (await new StoreRetention(_layout, _unpacked, TimeProvider.System).ApplyAsync("api", Ct)).ShouldBe(0);

    private Task<int> ApplyAsync() => new StoreRetention(_layout, _unpacked, TimeProvider.System).ApplyAsync("web", Ct);

    private List<int> Kept(List<Digest> images)
    {
        var names = _store.ReadIndex().Manifests.Select(entry => entry.Digest).ToHashSet();
        return [.. Enumerable.Range(0, images.Count).Where(i => names.Contains(images[i]))];
    }

    private Digest Push(int version)
    {
        var image = LocalImages.Write(_store, LocalImages.App, LocalImages.Layer(LocalImages.File("app/web", $"version {version}", LocalImages.Program)));
        var size = new FileInfo(_store.BlobPath(image)).Length;
        _store.SetReference($"{version}", new ImmutableBuild.Images.Oci.Descriptor { MediaType = ImmutableBuild.Images.Oci.MediaTypes.Manifest, Size = size, Digest = image }, Ct);
        return image;
    }

    private void WriteLedger(AppKey key, params (LedgerEvent Event, Digest Image)[] entries)
    {
        Directory.CreateDirectory(_layout.App(key));
        File.WriteAllLines(Path.Combine(_layout.App(key), GatewayFiles.Ledger), entries.Select((entry, i) => JsonSerializer.Serialize(
            new LedgerEntry { Sequence = i + 1, Event = entry.Event, Cause = LedgerCause.Release, Spec = LocalImages.Spec(key, entry.Image), By = "test" },
            GenerationsJson.Default.LedgerEntry)));
    }
}

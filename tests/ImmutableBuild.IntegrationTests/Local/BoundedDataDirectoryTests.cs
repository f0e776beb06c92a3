using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>However often an app is released, its data directory holds what is needed and no more.</summary>
public sealed class BoundedDataDirectoryTests
{
    private const int Releases = StoreRetention.Images + 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F28")]
    [Trait("Fault", "F41")]
    public async Task Many_releases_leave_the_images_that_a_rollback_may_name_and_those_of_other_environments()
    {
        await using var bed = new LocalBed();
        var store = LayoutStore.OpenOrCreate(bed.Layout.Root, bed.App.App);
        await using var target = Open(bed, store);
        var plan = LocalReleases.QuickPlan with { Soak = TimeSpan.Zero };

        // Another environment serves the first image throughout.
        var elsewhere = await PushAsync(bed, store, bed.Spec(bed.OtherEnvironment, version: 1));
        await bed.ReleaseAsync(elsewhere, plan, target: target);

        var sizes = new List<(long Bytes, int Files)>();
        GenerationSpec spec = elsewhere;
        for (var version = 2; version <= Releases + 1; version++)
        {
            spec = await PushAsync(bed, store, bed.Spec(bed.App, version));
            await bed.ReleaseAsync(spec, plan, target: target);
            sizes.Add(SizeOf(bed.Layout));
        }

        // It grew by an image a release while there was less to keep than may be kept, and not since.
        sizes[^1].Files.ShouldBe(sizes[^2].Files);
        sizes[^1].Bytes.ShouldBeInRange(0, sizes[^3].Bytes + 1024, string.Join(", ", sizes));
        var layout = OciLayout.Open(bed.Layout.Store(bed.App.App));
        layout.ReadIndex().Manifests.Length.ShouldBe(StoreRetention.Images + 1);
        layout.ReadIndex().Manifests.ShouldContain(entry => entry.Digest == elsewhere.Image);
        Directory.GetDirectories(bed.Layout.Gateways).Length.ShouldBe(1);

        // The oldest that is kept was unpacked long ago; going back to it unpacks it again from the store.
        var oldest = (await target.ObserveAsync(bed.App, Ct)).Ledger.Where(entry => entry.Event == LedgerEvent.Live).TakeLast(StoreRetention.Images).First().Spec;
        await bed.ReleaseAsync(oldest, plan, target: target);
        (await bed.AskAsync(bed.App)).ShouldBe(oldest.Id);
        (await bed.AskAsync(bed.OtherEnvironment)).ShouldBe(elsewhere.Id);
    }

    private static LocalTarget Open(LocalBed bed, LayoutStore store) => LocalTarget.Open(new LocalTargetOptions
    {
        DataDirectory = bed.Layout.Root,
        GatewayProgram = LocalBed.GatewayProgram,
        OpenRepository = _ => store,
        ReadVariable = _ => null,
    });

    private static async Task<GenerationSpec> PushAsync(LocalBed bed, LayoutStore store, GenerationSpec spec)
    {
        var from = OciLayout.Open(bed.ImageLayout);
        var tag = spec.Commit.ToString();
        using var push = store.BeginPush(tag, Ct);
        var manifest = await from.ReadManifestContentAsync(spec.Image, Ct);
        foreach (var blob in OciJson.ParseManifest(manifest.Bytes, tag) is var parsed ? parsed.Layers.Append(parsed.Config) : [])
        {
            await store.AddBlobAsync(from, blob, Ct);
        }

        await store.SetTagAsync(tag, manifest, TagRule.NeverMoves, Ct);
        return spec;
    }

    private static (long Bytes, int Files) SizeOf(LocalLayout layout)
    {
        var files = ((string[])[layout.Store("web"), layout.Images, layout.Files, layout.Gateways])
            .SelectMany(place => Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories))
            .Select(file => new FileInfo(file)).ToList();
        return (files.Sum(file => file.Length), files.Count);
    }
}

using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>What is live is scanned again, against what is known today.</summary>
public sealed class RescanTests : IDisposable
{
    private readonly World _world = new();
    private readonly ScannedImage _image = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task It_passes_until_an_advisory_speaks_of_it_and_then_says_what_to_do()
    {
        await ReleaseAsync();
        Advise("""{"id":"GHSA-x","modified":"2026-11-20T00:00:00Z","affected":[{"package":{"ecosystem":"NuGet","name":"other"},"versions":["1.0.0"]}]}""");
        (await RescanAsync()).ShouldHaveSingleItem().Verdict.ShouldBe("pass");

        Advise(ScannedImage.NewtonsoftAdvisory);
        var found = new List<ScanAnswer>();
        var fault = await Should.ThrowAsync<ImmutableBuildException>(RescanAsync(found));

        fault.Diagnostics.Select(diagnostic => diagnostic.Code).ShouldBe(["IMB3018", "IMB3001"]);
        fault.Diagnostics[0].Message.ShouldContain("is live and would be refused today");
        fault.Diagnostics[1].Message.ShouldContain("Upgrade Newtonsoft.Json to 13.0.1 or later.");
        found.ShouldHaveSingleItem().Findings.ShouldHaveSingleItem().Id.ShouldBe("CVE-2024-21907");
    }

    [Fact]
    public async Task Where_nothing_has_traffic_there_is_nothing_to_scan() =>
        (await Should.ThrowAsync<ImmutableBuildException>(RescanAsync())).Code.ShouldBe("IMB3020");

    [Fact]
    public async Task Without_advisories_it_is_not_assessed_and_where_protected_refused()
    {
        await ReleaseAsync();
        (await RescanAsync(isProtected: false, advisories: false)).ShouldHaveSingleItem().Verdict.ShouldBe("notAssessed");
        (await Should.ThrowAsync<ImmutableBuildException>(RescanAsync(isProtected: true, advisories: false))).Diagnostics.Select(diagnostic => diagnostic.Code).ShouldBe(["IMB3018", "IMB3002"]);
    }

    private async Task ReleaseAsync()
    {
        var bake = _image.Write().Bake!;
        var (from, store) = (OciLayout.Open(bake.Layout), OciLayout.OpenOrCreate(_image.Scratch["data", "store", "web"]));
        var manifest = await from.ReadManifestAsync(bake.Digest, Ct);
        foreach (var blob in manifest.Layers.Add(manifest.Config))
        {
            await store.CopyBlobAsync(from, blob, Ct);
        }

        store.WriteBlob(MediaTypes.Manifest, (await from.ReadManifestContentAsync(bake.Digest, Ct)).Bytes.Span);
        var desired = _world.Desire(1);
        await _world.RunAsync(desired with { Spec = desired.Spec with { Image = bake.Digest, Repository = "local/web" } });
    }

    private void Advise(string json) => File.WriteAllText(Path.Combine(_image.Advisories, "a.json"), json);

    private async Task<List<ScanAnswer>> RescanAsync(List<ScanAnswer>? found = null, bool isProtected = false, bool advisories = true)
    {
        found ??= [];
        var context = StageContexts.Make(_image.Scratch.Path, options => options with
        {
            App = SimulatedSpecs.App,
            Protected = isProtected,
            Scan = new ScanOptions { Advisories = advisories ? [_image.Advisories] : [] },
        });
        await new ImageScans(context).RescanAsync(_world.Target, found.Add, Ct);
        return found;
    }
}

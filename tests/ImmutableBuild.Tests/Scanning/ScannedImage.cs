using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>An image made for a test of the scanner: a base layer, an app layer, a configuration.</summary>
internal sealed class ScannedImage(RawTar? app = null) : IDisposable
{
    public const string DepsJson = """
        {"runtimeTarget":{"name":"t"},
         "targets":{"t":{"Shop/1.0.0":{"dependencies":{"Newtonsoft.Json":"12.0.1"},"runtime":{"Shop.dll":{}}},"Newtonsoft.Json/12.0.1":{"runtime":{"lib/Newtonsoft.Json.dll":{}}}}},
         "libraries":{"Shop/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package","sha512":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}
        """;

    public const string Unrelated = """{"id":"GHSA-x","modified":"2026-11-20T00:00:00Z","affected":[{"package":{"ecosystem":"NuGet","name":"other"},"versions":["1.0.0"]}]}""";

    public const string NewtonsoftAdvisory = """
        {"id":"GHSA-5crp-9r3c-p9vr","modified":"2026-11-20T00:00:00Z","aliases":["CVE-2024-21907"],"summary":"Improper Handling of Exceptional Conditions in Newtonsoft.Json",
         "affected":[{"package":{"ecosystem":"NuGet","name":"Newtonsoft.Json"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"13.0.1"}]}]}],
         "database_specific":{"severity":"HIGH"}}
        """;

    public ScratchDirectory Scratch { get; } = new();

    public RawTar Base { get; } = new();

    public RawTar App { get; } = app ?? new RawTar().Dir("app").File("app/Shop.deps.json", DepsJson);

    public RunConfig Run { get; set; } = new() { User = "1654" };

    public ImmutableArray<HistoryEntry>? History { get; set; }

    public string Advisories => Directory.CreateDirectory(Scratch["advisories"]).FullName;

    public void WriteAdvisory(string json) => File.WriteAllText(Path.Combine(Advisories, "a.json"), json);

    /// <summary>Why the last scan's verdict is no pass.</summary>
    public string[] Reasons()
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(Scratch["work", "scan.json"]));
        return [.. report.RootElement.GetProperty("notAssessed").EnumerateArray().Select(reason => reason.GetString()!)];
    }

    public ReleaseRecord Write()
    {
        var layout = OciLayout.OpenOrCreate(Scratch["layout"]);
        var tars = new[] { Base.End(), App.End() };
        var layers = tars.Select(tar => (Blob: TestImage.Gzip(tar), DiffId: Digest.Of(tar))).ToArray();
        var image = TestImage.Write(layout, Run, null, History, layers);
        return SampleRecord.Compiled with
        {
            Bake = new BakeRecord
            {
                Layout = layout.Directory,
                Digest = image.Digest,
                MediaType = MediaTypes.Manifest,
                Images =
                [
                    new PlatformImageRecord
                    {
                        Platform = "linux/amd64",
                        Digest = image.Digest,
                        User = Run.User ?? "",
                        Layers = [Layer("base", layers[0]), Layer("app", layers[1])],
                    },
                ],
            },
        };
    }

    /// <summary>The same after a scan with this verdict, with a bill of materials beside it.</summary>
    public ReleaseRecord WriteScanned(string verdict = "pass")
    {
        var record = Write();
        var sbom = Path.Combine(Directory.CreateDirectory(Scratch["work"]).FullName, "sbom.cdx.json");
        File.WriteAllText(sbom, SampleBom.Of(record.Bake!.Digest));
        return record with { Scan = SampleRecord.Whole.Scan! with { Image = record.Bake.Digest, Verdict = verdict, SbomFiles = [sbom] } };
    }

    public Task<ScanResult> ScanAsync(DismissalSet? dismissals = null, params ImmutableArray<IVulnerabilitySource> sources) => ScanAsync(Write().Bake!, dismissals, sources);

    public async Task<ScanResult> ScanAsync(BakeRecord bake, DismissalSet? dismissals = null, params ImmutableArray<IVulnerabilitySource> sources)
    {
        var layout = OciLayout.Open(bake.Layout);
        using var image = await ImageFileSystem.OpenAsync(layout, bake.Digest, Scratch["scratch"], new ImageLimits(), TestContext.Current.CancellationToken);
        return await new ImageScanner(sources, dismissals ?? DismissalSet.Empty, [bake.Layers[0].Digest])
            .ScanAsync(image, layout, bake.Digest, built: null, Scratch["scratch"], TestContext.Current.CancellationToken);
    }

    public void Dispose() => Scratch.Dispose();

    private static LayerRecord Layer(string name, (byte[] Blob, Digest DiffId) layer) => new(name, Digest.Of(layer.Blob), layer.DiffId, layer.Blob.Length, 0, false);
}

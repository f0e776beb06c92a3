using ImmutableBuild.Images;
using ImmutableBuild.Tests.Scanning;

namespace ImmutableBuild.Tests.Tool;

/// <summary><c>immutable scan</c> as a process.</summary>
public sealed class ScanCommandTests : IDisposable
{
    private readonly ScannedImage _image = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task It_tells_what_is_wrong_and_ends_with_1_when_the_gate_refuses_it()
    {
        var layout = Write();
        var run = (await RunAsync("scan", layout, "-p", $"ImmutableAdvisories={_image.Advisories}")).ShouldEndWith(1);

        var lines = run.Output.Split(Environment.NewLine);
        lines[0].ShouldStartWith($"{layout} (sha256:");
        lines[0].ShouldEndWith("fail: 2 components, 1 high");
        lines[1].ShouldStartWith("asked: ");
        lines[3].ShouldMatch("^high +CVE-2024-21907 +Newtonsoft.Json 12.0.1 +13.0.1 +refused$");
        run.Errors.ShouldContain("error IMB3001");
        File.Exists(_image.Scratch["scan.sarif"]).ShouldBeFalse("no place was named for it");
    }

    [Fact]
    public async Task As_JSON_it_is_one_document_and_the_files_go_where_they_are_wanted()
    {
        var run = (await RunAsync("scan", Write(), "--json", "--output", _image.Scratch["out"], "-p", $"ImmutableAdvisories={_image.Advisories}", "-p", "ImmutableFailOn=critical")).ShouldEndWith(0);

        var answer = run.Json.EnumerateArray().ShouldHaveSingleItem();
        answer.GetProperty("verdict").GetString().ShouldBe("pass");
        answer.GetProperty("findings")[0].GetProperty("fix").GetString().ShouldBe("13.0.1");
        Directory.GetFiles(_image.Scratch["out"], "scan.sarif", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    private string Write()
    {
        var bake = _image.Write().Bake!;
        var layout = OciLayout.Open(bake.Layout);
        layout.SetReference("1", layout.FindManifestAsync(bake.Digest, TestContext.Current.CancellationToken).Result!.Descriptor, TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(_image.Advisories, "a.json"), ScannedImage.NewtonsoftAdvisory);
        return bake.Layout;
    }

    private Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.StartAsync(_image.Scratch.Path, [.. arguments, "--data-directory", _image.Scratch["data"]]);
}

using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>What a scan could not assess, and says so.</summary>
public sealed class ScanGapsTests : IDisposable
{
    private readonly ScannedImage _image = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task What_cannot_be_read_keeps_the_verdict_from_being_a_pass()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.Base.File("etc/os-release", "ID=debian\nVERSION_ID=12\n").File("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n").File("opt/x.deps.json", "{");
        var result = await RunAsync();
        result.Record.Scan!.Verdict.ShouldBe("notAssessed");
        var reasons = _image.Reasons();
        reasons.ShouldContain(reason => reason.Contains("Debian:12", StringComparison.Ordinal));
        reasons.ShouldContain(reason => reason.Contains("/opt/x.deps.json could not be understood", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("etc/os-release", "ID=fedora\nVERSION_ID=41\n", "no package database was found")]
    [InlineData("var/lib/rpm/rpmdb.sqlite", "SQLite", "it is no SQLite database")]
    [InlineData("var/lib/rpm/Packages", "Berkeley DB", "a package database that this scanner does not read")]
    public async Task Distributions_that_are_not_read_are_said(string path, string content, string reason)
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.Base.File(path, content);
        await RunAsync();
        _image.Reasons().ShouldContain(said => said.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task L12_a_deps_json_that_is_huge_or_deep_is_said_and_not_read()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.App.File("app/deep.deps.json", new string('[', 100_000)).File("app/huge.deps.json", new string(' ', (16 * 1024 * 1024) + 1));
        await RunAsync();
        _image.Reasons().ShouldContain(said => said.Contains("/app/deep.deps.json could not be understood", StringComparison.Ordinal));
        _image.Reasons().ShouldContain(said => said.Contains("/app/huge.deps.json was not read: it has 16777217 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_without_any_deps_json_is_not_assessed()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        using var bare = new ScannedImage(new RawTar().File("app/Shop", "a single file"));
        var record = bare.Write();
        var context = StageContexts.Make(bare.Scratch.Path, o => o with { Scan = new ScanOptions { Advisories = [_image.Advisories] } });
        (await new ScanStage().RunAsync(record, context, TestContext.Current.CancellationToken)).Record.Scan!.Verdict.ShouldBe("notAssessed");
    }

    [Fact]
    public async Task A_version_that_its_ecosystem_does_not_know_is_said()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.App.File("app/odd.deps.json", """{"runtimeTarget":{"name":"t"},"targets":{"t":{"Odd/one":{"runtime":{"a.dll":{}}}}},"libraries":{"Odd/one":{"type":"package"}}}""");
        await RunAsync();
        _image.Reasons().ShouldHaveSingleItem().ShouldContain("Odd has the version 'one'");
    }

    [Fact]
    public async Task L13_a_package_database_behind_a_link_is_read_within_the_image()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.Base.Dir("data").File("data/status", "Package: a\nStatus: install ok installed\nVersion: 1\n").Dir("var").Dir("var/lib").Dir("var/lib/dpkg")
            .Symlink("var/lib/dpkg/status", "../../../../../../data/status");
        (await RunAsync()).Record.Scan!.Components.ShouldBe(3);
    }

    private Task<StageResult> RunAsync()
    {
        var context = StageContexts.Make(_image.Scratch.Path, o => o with { Scan = new ScanOptions { Advisories = [_image.Advisories] } });
        return new ScanStage().RunAsync(_image.Write(), context, TestContext.Current.CancellationToken);
    }
}

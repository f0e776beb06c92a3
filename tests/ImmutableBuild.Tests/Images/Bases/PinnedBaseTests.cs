using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Registries;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Images.Bases;

/// <summary>A commit is always baked upon the same base, until someone moves it on purpose.</summary>
public sealed class PinnedBaseTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingReporter _reporter = new();
    private TestRegistry _registry = null!;
    private OciLayout _layout = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Reference => $"{_registry.Host}/os:1.0";

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _layout = OciLayout.OpenOrCreate(_directory["base"]);
        await PublishAsync("openssl 3.0.1", "zlib 1.2");
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    [Trait("Fault", "F35")]
    public async Task A_tag_that_nothing_pins_is_warned_about()
    {
        await BakeAsync();

        Warnings.ShouldBe(["IMB2021"]);
    }

    [Fact]
    [Trait("Fault", "F35")]
    public async Task What_is_pinned_stays_when_its_tag_moves()
    {
        var updated = await UpdateAsync();
        var first = await BakeAsync();
        var asked = _registry.Requests.Count;
        var moved = await PublishAsync("openssl 3.0.2", "zlib 1.2");

        var again = await BakeAsync();

        (again.Digest, again.Images[0].BaseDigest).ShouldBe((first.Digest, updated.Now));
        again.Images[0].BaseDigest.ShouldNotBe(moved);
        _registry.Requests.Count.ShouldBe(asked, "it is on disk, and the registry need not even be there");
        Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_update_moves_it_and_says_what_changed()
    {
        var first = await UpdateAsync();
        var moved = await PublishAsync("openssl 3.0.2", "ca-certificates 2026");

        var update = await UpdateAsync();

        (update.Reference, update.Was, update.Now).ShouldBe((Reference, first.Now, moved));
        var changes = update.Changes.ShouldNotBeNull();
        changes.Changed.ShouldBe([new PackageChange("deb/debian/openssl", "3.0.1", "3.0.2")]);
        changes.Added.ShouldBe([new PackageChange("deb/debian/ca-certificates", null, "2026")]);
        changes.Removed.ShouldBe([new PackageChange("deb/debian/zlib", "1.2", null)]);
        (await BakeAsync()).Images[0].BaseDigest.ShouldBe(moved);
    }

    [Fact]
    public async Task An_update_of_what_did_not_move_writes_nothing()
    {
        await UpdateAsync();
        var written = File.GetLastWriteTimeUtc(LockFile);

        var update = await UpdateAsync();

        update.Was.ShouldBe(update.Now);
        File.GetLastWriteTimeUtc(LockFile).ShouldBe(written);
    }

    [Fact]
    public async Task An_index_is_pinned_as_a_whole()
    {
        var image = (await UpdateAsync()).Now;
        var index = OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests = [new Descriptor { MediaType = MediaTypes.Manifest, Digest = image, Size = new FileInfo(_layout.BlobPath(image)).Length, Platform = new Platform { Os = "linux", Architecture = "amd64" } }],
        });
        _registry.SetManifest("os", "1.0", MediaTypes.Index, index);

        (await UpdateAsync()).Now.ShouldBe(Digest.Of(index));

        (await BakeAsync()).Images[0].BaseDigest.ShouldBe(image);
    }

    [Fact]
    public async Task An_earlier_image_that_the_registry_removed_does_not_hold_up_the_update()
    {
        (await BaseLock.ReadAsync(null, Token) is var none ? none with { Bases = none.Bases.Add(Reference, Digest.Of("gone"u8)) } : none).Write(LockFile);

        (await Should.ThrowAsync<ImmutableBuildException>(BakeAsync)).Code.ShouldBe("IMB2016");
        (await UpdateAsync()).Changes.ShouldBeNull();
        (await BakeAsync()).Images[0].BaseDigest.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("oci:somewhere:1.0")]
    [InlineData("os@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Where_no_tag_could_move_there_is_nothing_to_update(string? reference) =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => new UpdateBase(Context(reference)).RunAsync(Token))).Code.ShouldBe("IMB2022");

    [Theory]
    [InlineData(44, false)]
    [InlineData(46, true)]
    [InlineData(365 * 50, false)]
    public async Task An_old_base_is_warned_about(int days, bool isWarned)
    {
        await PublishAsync(TimeProvider.System.GetUtcNow().AddDays(-days), "openssl 3.0.1");
        await UpdateAsync();

        await BakeAsync();

        Warnings.ShouldBe(isWarned ? ["IMB2023"] : []);
    }

    private IEnumerable<string> Warnings => _reporter.Lines.Where(line => line.StartsWith("warning ", StringComparison.Ordinal)).Select(line => line["warning ".Length..]);

    private string LockFile => _directory["immutable.lock.json"];

    private StageContext Context(string? reference) => Baking.Context(
        _directory, "work", Baking.Options(_directory) with { Bake = new BakeOptions { BaseImage = reference, LockFile = LockFile, MaxBaseAge = TimeSpan.FromDays(45) } }) with { Reporter = _reporter };

    private Task<UpdatedBase> UpdateAsync() => new UpdateBase(Context(Reference)).RunAsync(Token);

    private async Task<BakeRecord> BakeAsync()
    {
        var record = Baking.Record(Baking.Compile(PublishOutput.Write(_directory["out"])));
        return (await new BakeStage().RunAsync(record, Context(Reference), Token)).Record.Bake!;
    }

    private Task<Digest> PublishAsync(params string[] packages) => PublishAsync(null, packages);

    /// <summary>Has the tag name an image with these packages.</summary>
    private async Task<Digest> PublishAsync(DateTimeOffset? created, params string[] packages)
    {
        var status = string.Concat(packages.Select(package => package.Split(' ')).Select(package => $"Package: {package[0]}\nStatus: install ok installed\nVersion: {package[1]}\nArchitecture: amd64\n\n"));
        var tar = new RawTar().Dir("etc").File("etc/os-release", "ID=debian\nVERSION_ID=13\n").Dir("var").Dir("var/lib").Dir("var/lib/dpkg").File("var/lib/dpkg/status", status).End();
        var image = TestImage.Write(_layout, new RunConfig { User = "root" }, created?.ToString("O"), (TestImage.Gzip(tar), Digest.Of(tar)));
        var manifest = await _layout.ReadManifestAsync(image.Digest, Token);
        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            _registry.SetBlob(await File.ReadAllBytesAsync(_layout.BlobPath(blob.Digest), Token));
        }

        _registry.SetManifest("os", "1.0", MediaTypes.Manifest, await File.ReadAllBytesAsync(_layout.BlobPath(image.Digest), Token));
        return image.Digest;
    }
}

using System.Formats.Tar;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Images.Archives;

public sealed class ImageArchiveTests : IDisposable
{
    private static readonly ImageReference Name = ImageReference.Parse("local/shop:0123456789ab");
    private static readonly byte[] Lower = "lower"u8.ToArray();
    private static readonly byte[] Upper = new byte[100_000];

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;

    public ImageArchiveTests() => _layout = OciLayout.OpenOrCreate(_directory["layout"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_is_what_docker_load_takes_and_a_layout_as_well()
    {
        var image = await WriteAsync(Lower, Upper);
        var entries = await EntriesAsync(image);
        var (config, lower, upper) = (image.Manifest.Config, image.Manifest.Layers[0], image.Manifest.Layers[1]);
        entries.Select(entry => entry.Name).ShouldBe(
        [
            "blobs/", "blobs/sha256/", Blob(config), Blob(lower), Blob(upper), Blob(image.Content.Descriptor), "oci-layout", "index.json", "manifest.json",
        ]);
        foreach (var (name, content) in entries.Where(entry => entry.Name.Length > "blobs/sha256/".Length && entry.Name.StartsWith("blobs", StringComparison.Ordinal)))
        {
            Blob(Digest.Of(content)).ShouldBe(name);
        }

        Text(entries, "manifest.json").ShouldBe(
            $$"""[{"Config":"{{Blob(config)}}","RepoTags":["docker.io/local/shop:0123456789ab"],"Layers":["{{Blob(lower)}}","{{Blob(upper)}}"]}]""");
        Text(entries, "oci-layout").ShouldBe("""{"imageLayoutVersion":"1.0.0"}""");
        Text(entries, "index.json").ShouldBe(
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":{{{image.Content.Bytes.Length}}},"digest":"{{{image.Content.Digest}}}","annotations":{"io.containerd.image.name":"docker.io/local/shop:0123456789ab","org.opencontainers.image.ref.name":"0123456789ab"}}]}""");
    }

    [Fact]
    public async Task The_same_image_gives_the_same_bytes()
    {
        var image = await WriteAsync(Lower, Upper);
        (await ReadAsync(image)).ShouldBe(await ReadAsync(image));
    }

    [Fact]
    public async Task A_layer_that_occurs_twice_is_sent_once()
    {
        var entries = await EntriesAsync(await WriteAsync(Lower, Lower));
        entries.Count(entry => entry.Name.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ShouldBe(4);
        Text(entries, "manifest.json").Split(Blob(Digest.Of(TestImage.Gzip(Lower)))).Length.ShouldBe(3);
    }

    [Fact]
    public async Task Of_a_damaged_layer_no_archive_is_made_that_could_be_loaded()
    {
        var image = await WriteAsync(Lower, Upper);
        Damage(image.Manifest.Layers[1].Digest);
        await using var archive = ImageArchive.Open(image, Name);
        var sent = new MemoryStream();
        (await Should.ThrowAsync<ImmutableBuildException>(() => archive.CopyToAsync(sent, Token))).Code.ShouldBe("IMB2002");
        archive.Fault.ShouldBeOfType<ImmutableBuildException>();
        Encoding.Latin1.GetString(sent.ToArray()).ShouldNotContain("manifest.json");

        // A reader that asks again must not take it for the end.
        (await Should.ThrowAsync<ImmutableBuildException>(() => archive.CopyToAsync(sent, Token))).Code.ShouldBe("IMB2002");
    }

    [Fact]
    public async Task A_reader_that_is_cancelled_is_no_fault_of_the_archive()
    {
        await using var archive = ImageArchive.Open(await WriteAsync(Lower), Name);
        await Should.ThrowAsync<OperationCanceledException>(() => archive.CopyToAsync(Stream.Null, new CancellationToken(canceled: true)));
        archive.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task A_damaged_configuration_or_manifest_is_found_before_anything_is_sent()
    {
        var written = TestImage.Write(_layout, Lower);
        Damage((await _layout.ReadManifestAsync(written.Digest, Token)).Config.Digest);
        (await RefusedAsync(written)).ShouldBe("IMB2002");
        Damage(written.Digest);
        (await RefusedAsync(written)).ShouldBe("IMB2002");
        (await RefusedAsync(written with { Digest = Digest.Of("else"u8) })).ShouldBe("IMB2005");
    }

    [Fact]
    public async Task An_image_that_claims_to_be_huge_is_refused_by_its_manifest()
    {
        var written = TestImage.Write(_layout, Lower);
        var manifest = await _layout.ReadManifestAsync(written.Digest, Token);
        var huge = manifest with { Layers = [manifest.Layers[0] with { Size = long.MaxValue }, manifest.Layers[0] with { Size = long.MaxValue }] };
        (await RefusedAsync(_layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(huge)))).ShouldBe("IMB2004");
        (await RefusedAsync(written, new ImageLimits { MaxBytes = 10 })).ShouldBe("IMB2004");
    }

    [Theory]
    [InlineData(MediaTypes.ZstdLayer)]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]
    public async Task A_layer_of_a_kind_that_engines_don_t_load_is_refused(string mediaType)
    {
        var manifest = await _layout.ReadManifestAsync(TestImage.Write(_layout, Lower).Digest, Token);
        var other = manifest with { Layers = [manifest.Layers[0] with { MediaType = mediaType }] };
        (await RefusedAsync(_layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(other)))).ShouldBe("IMB2003");
    }

    [Fact]
    public async Task A_configuration_of_other_layers_is_refused()
    {
        var manifest = await _layout.ReadManifestAsync(TestImage.Write(_layout, Lower, Upper).Digest, Token);
        var shorter = manifest with { Layers = [manifest.Layers[0]] };
        (await RefusedAsync(_layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(shorter)))).ShouldBe("IMB2001");
    }

    private async Task<string> RefusedAsync(Descriptor image, ImageLimits? limits = null) =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => LoadableImage.ReadAsync(_layout, image.Digest, limits ?? new(), Token))).Code;

    private Task<LoadableImage> WriteAsync(params byte[][] layers) => LoadableImage.ReadAsync(_layout, TestImage.Write(_layout, layers).Digest, new(), Token);

    private void Damage(Digest blob)
    {
        var bytes = File.ReadAllBytes(_layout.BlobPath(blob));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_layout.BlobPath(blob), bytes);
    }

    private static async Task<byte[]> ReadAsync(LoadableImage image)
    {
        await using var archive = ImageArchive.Open(image, Name);
        var bytes = new MemoryStream();
        await archive.CopyToAsync(bytes, 700, Token);
        return bytes.ToArray();
    }

    private static async Task<List<(string Name, byte[] Content)>> EntriesAsync(LoadableImage image)
    {
        var entries = new List<(string, byte[])>();
        await using var reader = new TarReader(new MemoryStream(await ReadAsync(image)));
        while (await reader.GetNextEntryAsync(copyData: true, Token) is { } entry)
        {
            var content = new MemoryStream();
            await (entry.DataStream ?? Stream.Null).CopyToAsync(content, Token);
            entries.Add((entry.Name, content.ToArray()));
        }

        return entries;
    }

    private static string Text(List<(string Name, byte[] Content)> entries, string name) => Encoding.UTF8.GetString(entries.Single(entry => entry.Name == name).Content);

    private static string Blob(Descriptor blob) => Blob(blob.Digest);

    private static string Blob(Digest digest) => $"blobs/sha256/{digest.Hex}";
}

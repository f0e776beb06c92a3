using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Docker.Builds;

/// <summary>What is taken of an engine's export, and what is refused.</summary>
public sealed class ExportedImageTests : IDisposable
{
    private static readonly byte[] s_layer = Encoding.UTF8.GetBytes(new string('l', 3000));

    private readonly TemporaryDirectory _directory = new();
    private readonly List<TarEntry> _entries = [];
    private readonly string _hex = new('a', 64);
    private byte[] _config = Config(Digest.Of(s_layer));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Layers_and_configuration_are_as_the_engine_has_them()
    {
        Add($"{_hex}/layer.tar", s_layer);
        Describe($"{_hex}/layer.tar");
        using var image = await ReceiveAsync();

        image.ConfigBytes.ToArray().ShouldBe(_config);
        Layer(image, 0).ShouldBe(s_layer);
    }

    [Fact]
    public async Task A_layer_that_the_image_has_twice_is_found_by_its_link()
    {
        var other = new string('b', 64);
        _config = Config(Digest.Of(s_layer), Digest.Of(s_layer));
        _entries.Add(new UstarTarEntry(TarEntryType.SymbolicLink, $"{_hex}/layer.tar") { LinkName = $"../{other}/layer.tar" });
        Add($"{other}/layer.tar", s_layer);
        Describe($"{other}/layer.tar", $"{_hex}/layer.tar");
        using var image = await ReceiveAsync();

        Layer(image, 1).ShouldBe(s_layer);
    }

    [Fact]
    public async Task An_engine_that_keeps_images_in_containerd_exports_compressed_layers_under_a_manifests_id()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(s_layer);
        }

        var config = Digest.Of(_config);
        var layer = Digest.Of(compressed.ToArray());
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":{{_config.Length}},"digest":"{{config}}"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":{{compressed.Length}},"digest":"{{layer}}"}]}""");
        foreach (var blob in new[] { _config, compressed.ToArray(), manifest })
        {
            Add($"blobs/sha256/{Digest.Of(blob).Hex}", blob);
        }

        Add("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"blobs/sha256/{{config.Hex}}","RepoTags":null,"Layers":["blobs/sha256/{{layer.Hex}}"]}]"""));
        using var image = await ReceiveAsync(Digest.Of(manifest).ToString());

        Layer(image, 0).ShouldBe(s_layer);
        (await RefusedAsync(config.ToString().Replace('0', '1'))).ShouldContain(config.ToString());
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("etc/passwd")]
    [InlineData("blobs/sha256/short")]
    public async Task Any_other_entry_is_refused(string name)
    {
        Add($"{_hex}/layer.tar", s_layer);
        Add(name, [1]);
        Describe($"{_hex}/layer.tar");

        (await RefusedAsync()).ShouldContain(name);
    }

    [Fact]
    public async Task A_configuration_with_another_digest_than_the_images_id_is_refused()
    {
        Add($"{_hex}/layer.tar", s_layer);
        Describe($"{_hex}/layer.tar");

        (await RefusedAsync($"sha256:{_hex}")).ShouldContain(Digest.Of(_config).ToString());
    }

    [Fact]
    public async Task Links_lead_to_files_of_the_archive_alone()
    {
        _entries.Add(new UstarTarEntry(TarEntryType.SymbolicLink, $"{_hex}/layer.tar") { LinkName = "../../../etc/passwd" });
        Describe($"{_hex}/layer.tar");
        using var image = await ReceiveAsync();

        Should.Throw<ImmutableBuildException>(() => Layer(image, 0)).Code.ShouldBe("IMB2044");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("not json")]
    [InlineData("""[{"Config":null,"Layers":[]}]""")]
    [InlineData("""[{"Config":"missing.json","Layers":[]}]""")]
    public async Task A_manifest_that_names_no_image_is_refused(string manifest)
    {
        Add("manifest.json", Encoding.UTF8.GetBytes(manifest));

        await RefusedAsync();
    }

    [Fact]
    public async Task Fewer_layers_than_the_configuration_has_are_refused()
    {
        Describe();

        (await RefusedAsync()).ShouldContain("1 layers");
    }

    [Fact]
    public async Task An_archive_without_end_is_cut_and_nothing_of_it_stays()
    {
        Add($"{_hex}/layer.tar", s_layer);
        Describe($"{_hex}/layer.tar");

        (await Should.ThrowAsync<ImmutableBuildException>(() => ReceiveAsync(limits: new ImageLimits { MaxBytes = 1000 }))).Code.ShouldBe("IMB2004");
        (await Should.ThrowAsync<ImmutableBuildException>(() => ReceiveAsync(cut: 700))).Code.ShouldBe("IMB2044");
        Directory.GetFiles(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Layers_that_each_stay_within_the_limit_do_not_pass_it_together()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new byte[60_000]);
        }

        var other = new string('b', 64);
        _config = Config(Digest.Of(new byte[60_000]), Digest.Of(s_layer));
        Add($"{_hex}/layer.tar", compressed.ToArray());
        Add($"{other}/layer.tar", compressed.ToArray());
        Describe($"{_hex}/layer.tar", $"{other}/layer.tar");
        using var image = await ReceiveAsync(limits: new ImageLimits { MaxBytes = 100_000 });

        Layer(image, 0).Length.ShouldBe(60_000);
        Should.Throw<ImmutableBuildException>(() => Layer(image, 1)).Code.ShouldBe("IMB2004");
    }

    private static byte[] Config(params Digest[] layers) =>
        Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', layers.Select(layer => $"\"{layer}\""))}}}]}}""");

    private static byte[] Layer(ExportedImage image, int index)
    {
        var archive = new MemoryStream();
        image.CopyLayer(index, archive, Token);
        return archive.ToArray();
    }

    private void Add(string name, byte[] content) => _entries.Add(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private void Describe(params string[] layers)
    {
        var name = $"{Digest.Of(_config).Hex}.json";
        Add(name, _config);
        Add("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{name}}","RepoTags":null,"Layers":[{{string.Join(',', layers.Select(layer => $"\"{layer}\""))}}]}]"""));
    }

    private async Task<string> RefusedAsync(string? id = null)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => ReceiveAsync(id));
        fault.Code.ShouldBe("IMB2044");
        return fault.Message;
    }

    private async Task<ExportedImage> ReceiveAsync(string? id = null, ImageLimits? limits = null, int? cut = null)
    {
        var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in _entries)
            {
                entry.DataStream?.Seek(0, SeekOrigin.Begin);
                await writer.WriteEntryAsync(entry, Token);
            }
        }

        var bytes = archive.ToArray();
        return await ExportedImage.ReceiveAsync(new MemoryStream(bytes[..(cut ?? bytes.Length)]), id ?? Digest.Of(_config).ToString(), _directory.Path, limits ?? new ImageLimits(), Token);
    }
}

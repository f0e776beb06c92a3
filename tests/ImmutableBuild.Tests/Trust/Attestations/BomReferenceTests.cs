using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Trust.Verification;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Attestations;

/// <summary>A bill of materials is attested by its hash, and counts only when it is there and is that one.</summary>
public sealed class BomReferenceTests : IDisposable
{
    private readonly AttestedRelease _release = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task What_is_attested_is_a_document_that_names_the_scans_file_by_its_hash()
    {
        await _release.PublishAsync();
        var file = await File.ReadAllBytesAsync(_release.Record.Scan!.SbomFiles[0], Ct);

        var bom = (await _release.StatementAsync(PredicateTypes.CycloneDx)).GetProperty("predicate");

        bom.GetProperty("metadata").GetProperty("component").GetProperty("bom-ref").GetString().ShouldBe(_release.Record.Bake!.Digest.ToString());
        bom.GetProperty("compositions")[0].GetProperty("aggregate").GetString().ShouldBe("incomplete");
        var link = bom.GetProperty("externalReferences")[0];
        link.GetProperty("url").GetString().ShouldBe("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1");
        link.GetProperty("hashes")[0].GetProperty("content").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(file)));
        var pieces = await Task.WhenAll(BomReference.Find(bom).ShouldNotBeNull().Pieces.Select(piece => Store().ReadBlobAsync(piece, 1024 * 1024, Ct)));
        Gunzip([.. pieces.SelectMany(piece => piece)]).ShouldBe(file, "one after the other they are one gzip file");
    }

    [Fact]
    public async Task It_is_kept_by_what_refers_to_the_image_and_can_be_found_there()
    {
        await _release.PublishAsync();
        var pieces = BomReference.Find((await _release.StatementAsync(PredicateTypes.CycloneDx)).GetProperty("predicate"))!.Pieces;

        var entry = (await Store().ListReferrersAsync(_release.Record.Bake!.Digest, Ct)).Where(entry => entry.ArtifactType == "application/vnd.cyclonedx+json+gzip").ShouldHaveSingleItem();

        var layers = (await Store().ReadManifestAsync(entry.Digest, Ct)).Layers;
        layers.Select(layer => (layer.Digest, layer.Size, layer.MediaType)).ShouldBe(pieces.Select(piece => (piece.Digest, piece.Size, "application/vnd.cyclonedx+json+gzip")));
        layers.Select(layer => layer.Annotations!["org.opencontainers.image.title"]).ShouldBe(["sbom.cdx.json.1.gz", "sbom.cdx.json.2.gz"]);
    }

    [Fact]
    public void What_does_not_name_the_image_is_the_same_piece_for_every_image()
    {
        var (one, other) = (Digest.Of("one"u8), Digest.Of("other"u8));
        static byte[] Bom(Digest image) => Encoding.UTF8.GetBytes($"{{\"image\":\"{image}\",\"again\":\"{image.Hex}\",\"components\":[\"{new string('x', 500)}\"],\"dependencies\":[\"{image}\"]}}");

        var (first, second) = (CompressedBom.Write(Bom(one), one), CompressedBom.Write(Bom(other), other));

        first.Zip(second, (mine, theirs) => mine.SequenceEqual(theirs)).ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task One_that_is_attested_itself_counts_as_before()
    {
        var complete = await File.ReadAllTextAsync(_release.Record.Scan!.SbomFiles[0], Ct);
        await _release.PublishAsync((type, statement) => type == PredicateTypes.CycloneDx ? WithPredicate(statement, complete) : statement);

        await _release.VerifyNewAsync(Protected);
        (await _release.ReportAsync(Protected)).Rows.Single(row => row.Check == "bill of materials").Detail.ShouldBe("0 components");
    }

    [Fact]
    public async Task All_of_it_is_attested_where_that_is_wanted()
    {
        await _release.PublishAsync(options: Whole);
        var file = await File.ReadAllTextAsync(_release.Record.Scan!.SbomFiles[0], Ct);

        var bom = (await _release.StatementAsync(PredicateTypes.CycloneDx, options: Whole)).GetProperty("predicate");

        JsonElement.DeepEquals(bom, JsonDocument.Parse(file).RootElement).ShouldBeTrue();
        (await Store().ListReferrersAsync(_release.Record.Bake!.Digest, Ct)).ShouldNotContain(entry => entry.ArtifactType == BomManifest.ArtifactType);
        await _release.VerifyNewAsync(Protected);
    }

    [Fact]
    public async Task One_that_is_gone_is_refused()
    {
        await _release.PublishAsync();
        var pieces = BomReference.Find((await _release.StatementAsync(PredicateTypes.CycloneDx)).GetProperty("predicate"))!.Pieces;
        File.Delete(BlobPath(pieces[1].Digest));

        await RefusedAsync(pieces[1].Digest.ToString());
    }

    [Theory]
    [InlineData("another document", "is not the one that is attested")]
    [InlineData("no gzip", "is no gzip")]
    [InlineData("a bomb", "has more than 16777216 bytes")]
    [InlineData("no bill", "is no CycloneDX document")]
    public async Task One_that_is_not_what_is_attested_is_refused(string what, string says)
    {
        var stored = what switch
        {
            "another document" => Gzip("{}"u8.ToArray()),
            "no gzip" => "{}"u8.ToArray(),
            "a bomb" => Gzip(new byte[CompressedBom.MaximumLength + 1]),
            _ => Gzip("""{"bomFormat":"none"}"""u8.ToArray()),
        };
        var other = OciLayout.Open(_release.Record.Bake!.Layout).WriteBlob(CompressedBom.MediaType, stored);
        await _release.PublishAsync((type, statement) => type == PredicateTypes.CycloneDx ? Naming(statement, other, what == "no bill" ? Digest.Of("""{"bomFormat":"none"}"""u8) : null) : statement);

        await RefusedAsync(says);
    }

    [Theory]
    [InlineData("immutablebuild:bom:size", "immutablebuild:bom:length")]
    [InlineData("\"SHA-256\",\"content\":\"", "\"SHA-256\",\"content\":\"z")]
    public async Task One_that_is_not_named_by_digest_and_size_is_none(string from, string to)
    {
        var statement = (await _release.StatementAsync(PredicateTypes.CycloneDx)).GetProperty("predicate").GetRawText();
        var at = statement.LastIndexOf(from, StringComparison.Ordinal);

        Should.Throw<FormatException>(() => BomReference.Find(JsonDocument.Parse(statement[..at] + to + statement[(at + from.Length)..]).RootElement)).Message.ShouldContain("by digest and size");
    }

    private async Task RefusedAsync(string says)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => _release.VerifyNewAsync(Protected));
        fault.Code.ShouldBe("IMB4033", fault.Message);
        fault.Message.ShouldContain(says);
    }

    private static ReleaseOptions Whole(ReleaseOptions options) => options with { Sign = options.Sign with { AttestedBom = AttestedBom.Whole } };

    private static ReleaseOptions Protected(ReleaseOptions options) => options with { Protected = true };

    private IImageStore Store() => ImageStores.Open("local/web", _release.Scratch["data"], null!, RegistryAccess.Pull);

    private string BlobPath(Digest digest) => _release.Scratch["data", "store", "web", "blobs", "sha256", digest.Hex];

    private static string WithPredicate(string statement, string predicate) => statement[..statement.IndexOf("\"predicate\":", StringComparison.Ordinal)] + $"\"predicate\":{predicate.TrimEnd()}}}";

    // Signed by the trusted key all the same: what its holder was made to say.
    private static string Naming(string statement, Descriptor blob, Digest? document)
    {
        var reference = BomReference.Find(JsonDocument.Parse(statement).RootElement.GetProperty("predicate"))!;
        var properties = statement[statement.IndexOf("\"properties\":[", StringComparison.Ordinal)..];
        return statement.Replace(properties, $"\"properties\":[{{\"name\":\"immutablebuild:bom:blob\",\"value\":\"{blob.Digest}\"}},{{\"name\":\"immutablebuild:bom:size\",\"value\":\"{blob.Size}\"}}]}}}}", StringComparison.Ordinal)
            .Replace(reference.Document.Hex, (document ?? reference.Document).Hex, StringComparison.Ordinal);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var stored = new MemoryStream();
        using (var gzip = new GZipStream(stored, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return stored.ToArray();
    }

    private static byte[] Gunzip(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

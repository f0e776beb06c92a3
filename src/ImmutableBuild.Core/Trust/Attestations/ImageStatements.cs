using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>What a release says about its image: a signature for each repository, where it comes from, what is in it, and what the scan found.</summary>
/// <param name="record">The record after Scan.</param>
/// <param name="context">The release's options, clock and environment.</param>
internal sealed class ImageStatements(ReleaseRecord record, StageContext context)
{
    private readonly BakeRecord _bake = record.Bake!;

    /// <summary>The bytes to sign, each a statement; the bills of materials that they name are in the image's layout then. Throws IMB4035 when a bill of materials is not what Scan wrote of this image.</summary>
    public async Task<IReadOnlyList<byte[]>> WriteAsync(CancellationToken cancellationToken)
    {
        var statements = ImageStores.RepositoriesOf(context.Options).Select(Signature).ToList();
        statements.Add(InTotoStatement.Write(Subject(), PredicateTypes.Provenance, new Provenance(record, context).Write));
        statements.Add(InTotoStatement.Write(Subject(), PredicateTypes.Scan, json => ScanPredicate.Write(json, record.Scan!, context.Options.Scan)));
        statements.AddRange(await SbomsAsync(cancellationToken));
        return statements;
    }

    // What cosign signs has neither name nor repository; here the repository is one of the facts, so that a signature can't go with a copy.
    private byte[] Signature(string repository) => InTotoStatement.Write(
        new StatementSubject(null, _bake.Digest, OciAnnotations.None.Add(SignedFacts.GitSha, record.Compile.Commit.ToString()).Add(SignedFacts.Repository, SimpleSigning.NameOf(repository))),
        PredicateTypes.Signature,
        static json =>
        {
            json.WriteStartObject();
            json.WriteEndObject();
        });

    private StatementSubject Subject() => new(SimpleSigning.NameOf(ImageStores.RepositoryOf(context.Options)), _bake.Digest, OciAnnotations.None);

    // Everything that is signed speaks of the one digest that runs; each bill of materials says itself which platform's image it lists.
    private async Task<IEnumerable<byte[]>> SbomsAsync(CancellationToken cancellationToken)
    {
        var files = record.Scan!.SbomFiles;
        if (files.Length != _bake.Images.Length)
        {
            throw AttestationErrors.ScanFilesUnfit(context.WorkDirectory, $"{_bake.Images.Length} were expected, found {files.Length}");
        }

        var sboms = new List<byte[]>();
        foreach (var (file, image) in files.Zip(_bake.Images))
        {
            sboms.Add(await SbomAsync(file, image.Digest, cancellationToken));
        }

        return sboms;
    }

    private async Task<byte[]> SbomAsync(string file, Digest platformImage, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > CompressedBom.MaximumLength } large)
            {
                throw new FormatException($"it has {large.Length} bytes, at most {CompressedBom.MaximumLength} are attested");
            }

            var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
            return SignedJson.Read(bytes.AsMemory().TrimEnd((byte)'\n'), "it", sbom => Bom.ImageOf(sbom) == platformImage
                ? InTotoStatement.Write(Subject(), PredicateTypes.CycloneDx, json => WriteBom(json, bytes, platformImage, sbom))
                : throw new FormatException($"it is not about {platformImage}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw AttestationErrors.ScanFilesUnfit(file, fault.Message.TrimEnd('.'), fault);
        }
    }

    private void WriteBom(Utf8JsonWriter json, byte[] bytes, Digest platformImage, JsonElement sbom)
    {
        if (context.Options.Sign.AttestedBom == AttestedBom.Whole)
        {
            sbom.WriteTo(json);
        }
        else
        {
            Store(bytes, platformImage).Write(json, sbom);
        }
    }

    // It goes into the layout beside the image; what is signed names it by its hash.
    private BomReference Store(byte[] bom, Digest platformImage)
    {
        var layout = BakedLayout.Open(_bake);
        return new BomReference(Digest.Of(bom), [.. CompressedBom.Write(bom, platformImage).Select(piece => layout.WriteBlob(CompressedBom.MediaType, piece))]);
    }
}

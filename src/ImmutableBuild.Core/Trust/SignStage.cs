using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust;

/// <summary>
/// Sign: makes a cosign signature over the image's digest, its repository and its commit, for each repository it goes to, and attests where the image comes
/// from, what is in it and what the scan found. All of it goes into the image's layout in both of cosign's forms. Refuses an image that the record's scan
/// doesn't speak of (IMB4007), whose verdict isn't acceptable (IMB4008), or whose bill of materials isn't this image's (IMB4035).
/// </summary>
public sealed class SignStage : IStage
{
    private const int MaximumPayloadLength = 1024 * 1024;

    /// <inheritdoc/>
    public StageName Name => StageName.Sign;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        ReleaseChain.RequireEarlier(record, Name);
        var image = record.Bake!.Digest;
        RequireScan(record.Scan, image, context.Options.Protected);
        var statements = await new ImageStatements(record, context).WriteAsync(cancellationToken);

        var layout = BakedLayout.Open(record.Bake);
        var facts = OciAnnotations.None.Add(SignedFacts.GitSha, record.Compile.Commit.ToString());
        var repositories = ImageStores.RepositoriesOf(context.Options).ToArray();
        var payloads = repositories.Select(repository => new SimpleSigning(SimpleSigning.NameOf(repository), image, facts).ToBytes()).ToArray();

        var subject = new Descriptor { MediaType = record.Bake.MediaType, Digest = image, Size = new FileInfo(layout.BlobPath(image)).Length };
        var (sign, isNew) = context.Options.Sign.Keyless
            ? await new KeylessSigning(context, layout, subject).RunAsync(payloads, statements, cancellationToken)
            : await SignByKeyAsync(layout, subject, payloads, statements, context, cancellationToken);
        var by = sign.Identity is { } identity ? PrintableText.Of(identity) : $"key {sign.KeyId[..12]}";
        return new StageResult(record with { Sign = sign }, $"{(isNew ? "signed" : "signed before")} by {by} for {string.Join(", ", repositories.Select(SimpleSigning.NameOf))}");
    }

    private static async Task<(SignRecord Sign, bool IsNew)> SignByKeyAsync(
        OciLayout layout, Descriptor image, byte[][] payloads, IReadOnlyList<byte[]> statements, StageContext context, CancellationToken cancellationToken)
    {
        // The key is opened only now, after the scan was checked: nothing unscanned is ever signed.
        using var signer = await SigningKey.OpenAsync(context, cancellationToken);
        var earlier = await FindEarlierAsync(layout, image.Digest, payloads, signer.PublicKey, cancellationToken);
        var manifest = earlier ?? await SignAsync(layout, image.Digest, payloads, signer, cancellationToken);
        var (_, made) = await new StatementSigning(layout, image, signer).RunAsync(statements, cancellationToken);
        return (new SignRecord { Image = image.Digest, SignatureManifest = manifest, KeyId = signer.PublicKey.KeyId, PublicKey = signer.PublicKey.Pem }, earlier is null || made > 0);
    }

    private static void RequireScan(ScanRecord? scan, Digest image, bool isProtected)
    {
        if (scan?.Image != image)
        {
            throw TrustErrors.NotScanned(image, scan?.Image);
        }

        if (scan.Verdict != Verdicts.Pass && (isProtected || scan.Verdict != Verdicts.NotAssessed))
        {
            throw TrustErrors.ScanNotAcceptable(image, scan.Verdict);
        }
    }

    private static async Task<Digest> SignAsync(OciLayout layout, Digest image, byte[][] payloads, ISigner signer, CancellationToken cancellationToken)
    {
        var signatures = new List<(byte[] Payload, byte[] Signature)>();
        foreach (var payload in payloads)
        {
            signatures.Add((payload, await signer.SignAsync(payload, cancellationToken)));
        }

        return SignatureManifest.Write(layout, image, signatures, cancellationToken).Digest;
    }

    // An earlier signature is used again: ECDSA is random, so signing anew would make another manifest, and a release without a change would change something.
    private static async Task<Digest?> FindEarlierAsync(OciLayout layout, Digest image, byte[][] payloads, PublicKey key, CancellationToken cancellationToken)
    {
        if (layout.Find(SignatureManifest.TagOf(image)) is not { } entry)
        {
            return null;
        }

        try
        {
            var held = new HashSet<Digest>();
            foreach (var layer in (await layout.ReadManifestAsync(entry.Digest, cancellationToken)).Layers)
            {
                if (key.Verifies(await layout.ReadBlobAsync(layer, MaximumPayloadLength, cancellationToken), SignatureManifest.SignatureOf(layer)))
                {
                    held.Add(layer.Digest);
                }
            }

            return payloads.All(payload => held.Contains(Digest.Of(payload))) ? entry.Digest : null;
        }
        catch (Exception fault) when (fault is ImmutableBuildException or FormatException)
        {
            // What can't be read is signed anew, and replaced by that.
            return null;
        }
    }
}

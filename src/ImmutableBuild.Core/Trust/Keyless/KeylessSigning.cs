using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>Signs an image and what is said of it by the identity of this job.</summary>
/// <param name="context">The release's options and environment.</param>
/// <param name="layout">The image's layout, which gets the signatures.</param>
/// <param name="image">The image.</param>
internal sealed class KeylessSigning(StageContext context, OciLayout layout, Descriptor image)
{
    /// <summary>Signs what was not signed before by an identity that the policy trusts.</summary>
    /// <param name="payloads">What cosign 2 reads, one for each repository.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<(SignRecord Sign, bool IsNew)> RunAsync(byte[][] payloads, IReadOnlyList<byte[]> statements, CancellationToken cancellationToken)
    {
        var policy = await VerificationPolicy.OfAsync(context.Options, cancellationToken);
        var signer = new KeylessStatementSigner(context, await CertificateTrust.OfAsync(context.Options.Verify, policy.Identities, cancellationToken));
        var (said, made) = await new StatementSigning(layout, image, signer).RunAsync(statements, cancellationToken);
        var earlier = made == 0 ? await FindEarlierAsync(payloads, cancellationToken) : null;
        var manifest = earlier ?? await SignAsync(payloads, signer, cancellationToken);
        var identity = said[0].By.Identity!;
        return (new SignRecord { Image = image.Digest, SignatureManifest = manifest, KeyId = "", PublicKey = "", Identity = identity.Identity, Issuer = identity.Issuer }, earlier is null);
    }

    private async Task<Digest> SignAsync(byte[][] payloads, KeylessStatementSigner signer, CancellationToken cancellationToken)
    {
        var layers = new List<Descriptor>();
        foreach (var payload in payloads)
        {
            var signed = await signer.SignBlobAsync(payload, cancellationToken);
            layers.Add(layout.WriteBlob(SimpleSigning.MediaType, payload) with
            {
                Annotations = CosignAnnotations.Of(signed.Material).Add(SignatureManifest.SignatureAnnotation, Convert.ToBase64String(signed.Signature)),
            });
        }

        return SignatureManifest.Write(layout, SignatureManifest.TagOf(image.Digest), [.. layers], cancellationToken).Digest;
    }

    private async Task<Digest?> FindEarlierAsync(byte[][] payloads, CancellationToken cancellationToken)
    {
        try
        {
            return layout.Find(SignatureManifest.TagOf(image.Digest)) is { } entry
                && (await layout.ReadManifestAsync(entry.Digest, cancellationToken)).Layers.Select(layer => layer.Digest).SequenceEqual(payloads.Select(payload => Digest.Of(payload)))
                ? entry.Digest : null;
        }
        catch (ImmutableBuildException)
        {
            // What can't be read is signed anew, and replaced by that.
            return null;
        }
    }
}

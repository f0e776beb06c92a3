using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>
/// Looks in an image's store, never at local files, for a signature by a trusted key over exactly this digest, repository and commit.
/// Stricter than <c>cosign verify</c>, which takes another repository, doubled members and other encodings.
/// </summary>
internal sealed class SignatureCheck(IImageStore store, string repository, ImmutableArray<PublicKey> trusted)
{
    private const int MaximumPayloadLength = 1024 * 1024;

    /// <summary>
    /// Returns the key whose signature holds. Throws IMB4009 when there is no signature, IMB4010 when none is acceptable, IMB4011 when the store failed (which is never
    /// taken for "unsigned"), IMB4012 when the image's bytes are not what the digest says, IMB4013 for a malformed signature manifest.
    /// </summary>
    public async Task<PublicKey> VerifyAsync(Digest image, CommitSha commit, CancellationToken cancellationToken)
    {
        using var reading = store.BeginReading(cancellationToken);
        await CheckBytesAsync(image, cancellationToken);
        var tag = SignatureManifest.TagOf(image);
        var found = await AskAsync(image, () => store.FindTagAsync(tag, cancellationToken)) ?? throw TrustErrors.NoSignature(repository, image, tag);
        var manifest = Parse(found, tag);
        var refused = new List<string>();
        foreach (var layer in manifest.Layers)
        {
            var (key, reason) = await JudgeAsync(layer, image, commit, cancellationToken);
            if (key is not null)
            {
                return key;
            }

            refused.Add(reason!);
        }

        throw TrustErrors.SignatureRefused(repository, image, refused.Distinct(StringComparer.Ordinal).Take(5).DefaultIfEmpty("the manifest has no layers"));
    }

    // A signature speaks of a digest; that the digest speaks of these bytes is for whoever runs them to check.
    private async Task CheckBytesAsync(Digest image, CancellationToken cancellationToken)
    {
        var content = await AskAsync(image, () => store.ReadManifestContentAsync(image, cancellationToken));
        var actual = Digest.Of(content.Bytes.Span);
        if (actual != image)
        {
            throw TrustErrors.ImageAltered(repository, image, actual);
        }
    }

    private ImageManifest Parse(ManifestContent content, string tag)
    {
        try
        {
            return OciJson.ParseManifest(content.Bytes, $"{repository}:{tag}");
        }
        catch (ImmutableBuildException fault)
        {
            throw TrustErrors.SignatureManifestMalformed($"{repository}:{tag}", fault.Message, fault);
        }
    }

    private async Task<(PublicKey? Key, string? Reason)> JudgeAsync(Descriptor layer, Digest image, CommitSha commit, CancellationToken cancellationToken)
    {
        try
        {
            var signature = SignatureManifest.SignatureOf(layer);
            var payload = await AskAsync(image, () => store.ReadBlobAsync(layer, MaximumPayloadLength, cancellationToken));
            var key = trusted.FirstOrDefault(key => key.Verifies(payload, signature));
            return key is null ? (null, "it is not by a trusted key, or not in strict DER") : Judge(SimpleSigning.Parse(payload), image, commit) is { } reason ? (null, reason) : (key, null);
        }
        catch (FormatException fault)
        {
            return (null, fault.Message);
        }
        catch (ImmutableBuildException fault) when (IsAboutContent(fault))
        {
            return (null, fault.Diagnostics[0].Message);
        }
    }

    private string? Judge(SimpleSigning said, Digest image, CommitSha commit) =>
        said.Image != image ? $"it speaks of the image {said.Image}"
        : said.Repository != SimpleSigning.NameOf(repository) ? $"it speaks of the repository '{PrintableText.Of(said.Repository)}'"
        : said.Annotations.GetValueOrDefault(SimpleSigning.GitSha) is not { } signed ? "it names no commit"
        : signed != commit.ToString() ? $"it speaks of the commit '{PrintableText.Of(signed)}', not of {commit}"
        : null;

    private async Task<T> AskAsync<T>(Digest image, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ImmutableBuildException fault) when (!IsAboutContent(fault))
        {
            throw TrustErrors.SignatureUnknown(repository, image, fault);
        }
        catch (IOException fault)
        {
            throw TrustErrors.SignatureUnknown(repository, image, fault);
        }
    }

    // IMB2 speaks of bytes that came, or of content that is certainly not there, IMB5006 of a registry that contradicts itself;
    // any other IMB5 of one that did not answer.
    private static bool IsAboutContent(ImmutableBuildException fault) => fault.Code == "IMB5006" || fault.Code.StartsWith("IMB2", StringComparison.Ordinal);
}

using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>
/// Looks in an image's store, never at local files, for a signature by a trusted key over exactly this digest, repository and commit: under the tag
/// <c>sha256-….sig</c> and among the bundles that refer to it. Stricter than <c>cosign verify</c>, which takes another repository, doubled members, other
/// encodings, and any statement of the key about the digest, a failed scan too.
/// </summary>
/// <param name="store">Where the image is.</param>
/// <param name="repository">Which repository that is.</param>
/// <param name="trusted">The keys whose word counts.</param>
/// <param name="anyRepository">Take a signature that names another repository, or none.</param>
internal sealed class SignatureCheck(IImageStore store, string repository, ImmutableArray<PublicKey> trusted, bool anyRepository = false)
{
    private const int MaximumPayloadLength = 1024 * 1024;

    /// <summary>
    /// Returns the signature that holds. Throws IMB4009 when there is no signature, IMB4010 when none is acceptable, IMB4011 when the store failed (which is never
    /// taken for "unsigned"), IMB4012 when the image's bytes are not what the digest says, IMB4013 for a malformed signature manifest.
    /// </summary>
    /// <param name="image">The digest.</param>
    /// <param name="commit">The commit it has to name; null takes any.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<SignatureFound> VerifyAsync(Digest image, CommitSha? commit, CancellationToken cancellationToken)
    {
        using var reading = store.BeginReading(cancellationToken);
        var asked = new AskedStore(store, repository, image);
        await asked.ReadImageAsync(cancellationToken);
        var bundles = new StatementReading(store, trusted, image);
        await ReadBundlesAsync(asked, bundles, cancellationToken);
        return await VerifyAsync(asked, bundles, image, commit, cancellationToken);
    }

    /// <summary>The same, where what refers to the image was read already.</summary>
    public async Task<SignatureFound> VerifyAsync(AskedStore asked, StatementReading bundles, Digest image, CommitSha? commit, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        var tag = SignatureManifest.TagOf(image);
        var manifest = await asked.FindManifestAsync(tag, cancellationToken);
        foreach (var layer in manifest?.Layers ?? [])
        {
            var (found, reason) = await JudgeAsync(asked, layer, image, commit, cancellationToken);
            if (found is not null)
            {
                return found;
            }

            refused.Add(reason!);
        }

        foreach (var signed in bundles.Accepted.Where(signed => signed.Statement.PredicateType == PredicateTypes.Signature))
        {
            var (found, reason) = Judge(signed, commit);
            if (found is not null)
            {
                return found;
            }

            refused.Add(reason!);
        }

        string[] reasons = [.. refused.Concat(bundles.Refused).Distinct(StringComparer.Ordinal).Take(5)];
        throw manifest is null && reasons.Length == 0 ? TrustErrors.NoSignature(repository, image, tag) : TrustErrors.SignatureRefused(repository, image, reasons.DefaultIfEmpty("the manifest has no layers"));
    }

    /// <summary>Reads the bundles that refer to the image.</summary>
    public static async Task ReadBundlesAsync(AskedStore asked, StatementReading bundles, CancellationToken cancellationToken)
    {
        var referrers = await asked.ListReferrersAsync(cancellationToken);
        await asked.AskAsync(async () =>
        {
            await bundles.ReadReferrersAsync(referrers, cancellationToken);
            return true;
        });
    }

    private async Task<(SignatureFound? Found, string? Reason)> JudgeAsync(AskedStore asked, Descriptor layer, Digest image, CommitSha? commit, CancellationToken cancellationToken)
    {
        try
        {
            var signature = SignatureManifest.SignatureOf(layer);
            var payload = await asked.AskAsync(() => store.ReadBlobAsync(layer, MaximumPayloadLength, cancellationToken));
            var key = trusted.FirstOrDefault(key => key.Verifies(payload, signature));
            if (key is null)
            {
                return (null, "it is not by a trusted key, or not in strict DER");
            }

            var said = SimpleSigning.Parse(payload);
            return said.Image != image ? (null, $"it speaks of the image {said.Image}") : Judge(Signatory.Of(key), said.Repository, said.Annotations.GetValueOrDefault(SignedFacts.GitSha), commit, "sha256-….sig");
        }
        catch (FormatException fault)
        {
            return (null, fault.Message);
        }
        catch (ImmutableBuildException fault) when (AskedStore.IsAboutContent(fault))
        {
            return (null, fault.Diagnostics[0].Message);
        }
    }

    private (SignatureFound? Found, string? Reason) Judge(SignedStatement signed, CommitSha? commit)
    {
        var facts = signed.Statement.Subjects[0].Annotations;
        return signed.Statement.Subjects.Length > 1 ? (null, "it has several subjects") : Judge(signed.By, facts.GetValueOrDefault(SignedFacts.Repository), facts.GetValueOrDefault(SignedFacts.GitSha), commit, "bundle");
    }

    private (SignatureFound? Found, string? Reason) Judge(Signatory by, string? signedRepository, string? signedCommit, CommitSha? commit, string form) =>
        !anyRepository && signedRepository is null ? (null, "it names no repository")
        : !anyRepository && signedRepository != SimpleSigning.NameOf(repository) ? (null, $"it speaks of the repository '{PrintableText.Of(signedRepository!)}'")
        : signedCommit is null ? (null, "it names no commit")
        : !CommitSha.TryParse(signedCommit, out var named) || (commit is { } wanted && named != wanted) ? (null, $"it speaks of the commit '{PrintableText.Of(signedCommit)}'{(commit is null ? ", which is none" : $", not of {commit}")}")
        : (new SignatureFound(by, named, form), null);
}

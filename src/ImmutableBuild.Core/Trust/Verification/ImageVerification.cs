using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Holds an image against a policy, by what its store has and never by local files, and tells what it did not look at.</summary>
/// <param name="context">Says which keys are trusted, how stores are reached, and what time it is.</param>
/// <param name="policy">What is wanted.</param>
public sealed class ImageVerification(StageContext context, VerificationPolicy policy)
{
    /// <summary>
    /// Makes every check. Throws IMB4011 when the store failed (which is never taken for "unsigned"), IMB4012 when the image's bytes are not what the digest says, IMB4013 for
    /// a malformed signature manifest or list: with these nothing can be told.
    /// </summary>
    /// <param name="app">What it shall run as.</param>
    /// <param name="commit">The commit it has to be of; null takes the one that its signature names.</param>
    /// <param name="repository">Where it is.</param>
    /// <param name="image">Its digest.</param>
    /// <param name="isNew">It is deployed for the first time, so that the age of its scan counts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<VerificationReport> RunAsync(AppKey app, CommitSha? commit, string repository, Digest image, bool isNew, CancellationToken cancellationToken)
    {
        var trusted = await TrustedKeys.OfAsync(context, policy.Identities, cancellationToken);
        var certificates = await CertificateTrust.OfAsync(context.Options.Verify, policy.Identities, cancellationToken);
        using var connector = RegistryConnector.Of(context);
        var store = ImageStores.Open(repository, context.Options.DataDirectory, connector, RegistryAccess.Pull);
        using var reading = store.BeginReading(cancellationToken);
        var evidence = await ImageEvidence.ReadAsync(store, repository, image, trusted, certificates, cancellationToken);

        var (signature, row) = await CheckSignatureAsync(trusted, By, evidence, image, commit, cancellationToken);
        var held = commit ?? signature?.Commit;
        var rows = new Rows(evidence, repository, image);
        return new VerificationReport(repository, image, held,
        [
            VerificationRow.Ok("image", $"{repository} has it, and its manifest is what its digest says"),
            row,
            rows.Provenance(policy.Provenance, new ProvenanceCheck(policy.Provenance, app, held)),
            rows.Scan(policy.Scan, new ScanCheck(policy.Scan, isNew ? context.Time.GetUtcNow() : null)),
            await rows.SbomAsync(policy.Sbom, cancellationToken),
            .. NotChecked(isNew, signature?.By),
        ]);

        SignatureCheck By(ImmutableArray<PublicKey> keys) => new(store, repository, keys, policy.Repository == RepositoryRule.Any);
    }

    private static async Task<(SignatureFound? Found, VerificationRow Row)> CheckSignatureAsync(
        TrustedKeys trusted, Func<ImmutableArray<PublicKey>, SignatureCheck> by, ImageEvidence evidence, Digest image, CommitSha? commit, CancellationToken cancellationToken)
    {
        try
        {
            var found = await by(trusted.Valid).VerifyAsync(evidence.Asked, evidence.Bundles, image, commit, cancellationToken);
            return (found, VerificationRow.Ok("signature", PrintableText.Of($"by {found.By} for commit {found.Commit} ({found.Form})")));
        }
        catch (ImmutableBuildException refusal) when (TrustErrors.IsAboutSignature(refusal))
        {
            var lapsed = await trusted.FindRefusalAsync(key => by([key]).VerifyAsync(image, commit, cancellationToken));
            return (null, VerificationRow.Refused("signature", lapsed ?? refusal));
        }
    }

    private IEnumerable<VerificationRow> NotChecked(bool isNew, Signatory? by)
    {
        if (policy.Repository == RepositoryRule.Any)
        {
            yield return VerificationRow.NotChecked("repository", "the policy takes signatures of any repository");
        }

        if (policy.Provenance is { Need: not Need.Ignored, Sources.IsEmpty: true })
        {
            yield return VerificationRow.NotChecked("source repository", "the policy names none");
        }

        if (policy.Scan.Need != Need.Ignored && (policy.Scan.MaxAgeDays is null || !isNew))
        {
            yield return VerificationRow.NotChecked("age of the scan", isNew ? "the policy names none" : "it was deployed before; what may run may run again");
        }

        if (by?.Identity is null)
        {
            yield return VerificationRow.NotChecked("transparency log", "keys are trusted by themselves; nothing was looked up in a log");
            yield return VerificationRow.NotChecked("time of signing", "no timestamp authority vouches for it");
        }

        yield return VerificationRow.NotChecked("layers", "each is held against its digest when the image is unpacked or pulled");
    }

    /// <summary>The rows of what is attested.</summary>
    private sealed class Rows(ImageEvidence evidence, string repository, Digest image)
    {
        public VerificationRow Provenance(ProvenancePolicy wanted, ProvenanceCheck check)
        {
            var found = evidence.Find(PredicateTypes.Provenance);
            if (wanted.Need == Need.Ignored || found.Count == 0)
            {
                return Without("provenance", PredicateTypes.Provenance, wanted.Need);
            }

            var faults = found.Select(check.FindFault).ToArray();
            var good = Array.IndexOf(faults, null);
            return good >= 0 ? VerificationRow.Ok("provenance", PrintableText.Of(ProvenanceCheck.Describe(found[good])))
                : VerificationRow.Refused("provenance", AttestationErrors.ProvenanceRefused(repository, image, faults.Distinct(StringComparer.Ordinal)!));
        }

        public VerificationRow Scan(ScanPolicy wanted, ScanCheck check)
        {
            if (wanted.Need == Need.Ignored || ScanCheck.NewestOf(evidence.Find(PredicateTypes.Scan)) is not { } newest)
            {
                return Without("scan", PredicateTypes.Scan, wanted.Need);
            }

            return check.FindFault(newest) is { } fault ? VerificationRow.Refused("scan", AttestationErrors.ScanRefused(repository, image, fault)) : VerificationRow.Ok("scan", ScanCheck.Describe(newest));
        }

        public async Task<VerificationRow> SbomAsync(SbomPolicy wanted, CancellationToken cancellationToken)
        {
            var found = evidence.Find(PredicateTypes.CycloneDx);
            if (wanted.Need == Need.Ignored || found.Count == 0)
            {
                return Without("bill of materials", PredicateTypes.CycloneDx, wanted.Need);
            }

            var (fault, said) = await new SbomCheck(evidence.Asked).RunAsync(found, evidence.Content, cancellationToken);
            return fault is null ? VerificationRow.Ok("bill of materials", said) : VerificationRow.Refused("bill of materials", AttestationErrors.SbomRefused(repository, image, fault));
        }

        private VerificationRow Without(string what, string predicateType, Need need) => need switch
        {
            Need.Required => VerificationRow.Refused(what, AttestationErrors.Missing(repository, image, what, evidence.RefusedOf(predicateType))),
            Need.IfPresent => new VerificationRow(what, VerificationOutcome.Absent, PrintableText.Of(evidence.RefusedOf(predicateType) is { Count: > 0 } refused
                ? $"what there is does not count ({string.Join("; ", refused)}), and the policy takes that"
                : "none is attested by a trusted key, and the policy takes that")),
            _ => VerificationRow.NotChecked(what, "the policy ignores it"),
        };
    }
}

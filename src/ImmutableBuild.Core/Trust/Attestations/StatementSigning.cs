using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// Signs what is to be said about an image, and puts it into the image's layout in both forms. ECDSA is random: what was said before is not signed again, or
/// a release without a change would change something (F07).
/// </summary>
internal sealed class StatementSigning(OciLayout layout, Descriptor image, IStatementSigner signer)
{
    /// <summary>The same by a key.</summary>
    public StatementSigning(OciLayout layout, Descriptor image, ISigner signer)
        : this(layout, image, new KeyStatementSigner(signer))
    {
    }

    /// <summary>Signs. Returns what is signed, in the order of the statements, and how many were new.</summary>
    /// <param name="payloads">The statements' bytes, signatures and attestations.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<(IReadOnlyList<SignedStatement> Said, int Made)> RunAsync(IReadOnlyList<byte[]> payloads, CancellationToken cancellationToken)
    {
        var earlier = await FindEarlierAsync(cancellationToken);
        var (said, made) = (new List<SignedStatement>(), 0);
        foreach (var payload in payloads)
        {
            var statement = InTotoStatement.Parse(payload);
            if (earlier.FirstOrDefault(signed => signed.Covers(statement)) is { } before)
            {
                said.Add(before);
            }
            else
            {
                said.Add(await signer.SignAsync(payload, cancellationToken));
                made++;
            }
        }

        Write(said, cancellationToken);
        return (said, made);
    }

    // Written in any case: the same statements give the same bytes, and anything that is missing or damaged in the layout is mended.
    private void Write(List<SignedStatement> said, CancellationToken cancellationToken)
    {
        AttestationManifest.Write(layout, image.Digest, said.Where(signed => signed.Statement.PredicateType != PredicateTypes.Signature), cancellationToken);
        var index = ReferrersTag.Write([], [.. WriteBills(said), .. said.Select(signed => BundleManifest.Write(layout, image, signed))]);
        layout.SetReference(ReferrersTag.Of(image.Digest), layout.WriteBlob(index.MediaType, index.Bytes.Span), cancellationToken);
    }

    // Written before the bundles that refer to them.
    private IEnumerable<Descriptor> WriteBills(List<SignedStatement> said)
    {
        var bills = said.Select(signed => BomReference.Find(signed.Statement.Predicate)).OfType<BomReference>().ToImmutableArray();
        return bills.IsEmpty ? [] : [BomManifest.Write(layout, image, bills)];
    }

    private async Task<IReadOnlyList<SignedStatement>> FindEarlierAsync(CancellationToken cancellationToken)
    {
        if (layout.Find(ReferrersTag.Of(image.Digest)) is not { } entry)
        {
            return [];
        }

        var reading = signer.ReadEarlier(layout, image.Digest);
        try
        {
            await reading.ReadReferrersAsync(ReferrersTag.Read(await layout.ReadManifestContentAsync(entry.Digest, cancellationToken), layout.Name), cancellationToken);
        }
        catch (ImmutableBuildException)
        {
            // What can't be read is signed anew, and replaced by that.
        }

        return reading.Accepted;
    }
}

using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// Reads the statements that trusted keys have signed about an image, from either place. What is not acceptable is remembered with its reason; a store that
/// fails is an error, since what it would have answered might decide.
/// </summary>
/// <param name="source">Where they are.</param>
/// <param name="keys">Whose word counts.</param>
/// <param name="image">What they have to be about.</param>
/// <param name="certificates">Whose word counts too, keyless; null for nobody's.</param>
internal sealed class StatementReading(IImageSource source, IReadOnlyCollection<PublicKey> keys, Digest image, CertificateTrust? certificates = null)
{
    /// <summary>Keys whose word does not count now, and why: what they signed is refused with that.</summary>
    public IReadOnlyCollection<(PublicKey Key, string Why)> Lapsed { get; init; } = [];

    /// <summary>The most bytes of envelopes and bundles that are read of one image.</summary>
    public const long MaximumTotal = 256L * 1024 * 1024;

    private readonly List<SignedStatement> _accepted = [];
    private readonly List<(string? PredicateType, string Reason)> _refused = [];

    private long _read;

    /// <summary>What was accepted so far.</summary>
    public IReadOnlyList<SignedStatement> Accepted => _accepted;

    /// <summary>Why others were refused, each reason once.</summary>
    public IEnumerable<string> Refused => _refused.Select(refused => refused.Reason).Distinct(StringComparer.Ordinal);

    /// <summary>Why statements were refused that claim to be of this type, or that could not be read far enough to tell their type.</summary>
    public IEnumerable<string> RefusedOf(string predicateType) => _refused.Where(refused => refused.PredicateType is null || refused.PredicateType == predicateType).Select(refused => refused.Reason);

    /// <summary>Reads the bundles among what refers to the image. Artifacts of other kinds are none of ours and passed over.</summary>
    public async Task ReadReferrersAsync(ImmutableArray<Descriptor> referrers, CancellationToken cancellationToken)
    {
        foreach (var entry in referrers)
        {
            await TryAsync(async () =>
            {
                var content = await source.ReadManifestContentAsync(entry.Digest, cancellationToken);
                var bundle = MediaTypes.IsManifest(content.MediaType) ? BundleManifest.LayerOf(OciJson.ParseManifest(content.Bytes, $"{source.Name}@{entry.Digest}")) : null;
                return bundle is null ? null : Open(await ReadAsync(bundle, cancellationToken));
            });
        }
    }

    /// <summary>Reads the layers of the manifest under the tag <c>sha256-….att</c>.</summary>
    public async Task ReadAttestationsAsync(IEnumerable<Descriptor> layers, CancellationToken cancellationToken)
    {
        foreach (var layer in layers)
        {
            await TryAsync(async () =>
            {
                AttestationManifest.RequireAttestation(layer);
                var envelope = DsseEnvelope.Parse(await ReadAsync(layer, cancellationToken));
                return Open(envelope, () => SignedStatement.Open(envelope, keys, image));
            });
        }
    }

    private SignedStatement? Open(byte[] bytes)
    {
        var bundle = SigstoreBundle.Parse(bytes);
        return Open(bundle.Envelope, () => SignedStatement.Open(bundle, bytes, keys, certificates, image));
    }

    private SignedStatement? Open(DsseEnvelope envelope, Func<SignedStatement> open)
    {
        try
        {
            return open();
        }
        catch (FormatException fault)
        {
            var signed = DsseEnvelope.SignedBytesOf(envelope.Payload.Span);
            var why = Lapsed.FirstOrDefault(lapsed => lapsed.Key.Verifies(signed, envelope.Signature.Span)).Why ?? fault.Message;
            _refused.Add((ClaimedTypeOf(envelope), why));
            return null;
        }
    }

    // The type that a refused statement claims. It is not trusted: it only tells which check is to name the refusal.
    private static string? ClaimedTypeOf(DsseEnvelope envelope)
    {
        try
        {
            return InTotoStatement.Parse(envelope.Payload).PredicateType;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private async Task TryAsync(Func<Task<SignedStatement?>> read)
    {
        try
        {
            if (await read() is { } signed)
            {
                _accepted.Add(signed);
            }
        }
        catch (FormatException fault)
        {
            _refused.Add((null, fault.Message));
        }
        catch (ImmutableBuildException fault) when (AskedStore.IsAboutContent(fault))
        {
            _refused.Add((null, fault.Diagnostics[0].Message));
        }
    }

    private async Task<byte[]> ReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        _read += blob.Size;
        return _read <= MaximumTotal
            ? await source.ReadBlobAsync(blob, BundleManifest.MaximumLength, cancellationToken)
            : throw BakeErrors.LimitExceeded($"what is attested of {source.Name}@{image}", $"{_read} bytes and more", $"{MaximumTotal} bytes");
    }
}

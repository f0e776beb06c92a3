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
    /// <summary>The most bytes of envelopes and bundles that are read of one image.</summary>
    public const long MaximumTotal = 256L * 1024 * 1024;

    private readonly List<SignedStatement> _accepted = [];
    private readonly List<string> _refused = [];

    private long _read;

    /// <summary>What was accepted so far.</summary>
    public IReadOnlyList<SignedStatement> Accepted => _accepted;

    /// <summary>Why others were refused, each reason once.</summary>
    public IEnumerable<string> Refused => _refused.Distinct(StringComparer.Ordinal);

    /// <summary>Reads the bundles among what refers to the image. Artefacts of other kinds are none of ours and passed over.</summary>
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
                return SignedStatement.Open(DsseEnvelope.Parse(await ReadAsync(layer, cancellationToken)), keys, image);
            });
        }
    }

    private SignedStatement Open(byte[] bundle) => SignedStatement.Open(SigstoreBundle.Parse(bundle), bundle, keys, certificates, image);

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
            _refused.Add(fault.Message);
        }
        catch (ImmutableBuildException fault) when (AskedStore.IsAboutContent(fault))
        {
            _refused.Add(fault.Diagnostics[0].Message);
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

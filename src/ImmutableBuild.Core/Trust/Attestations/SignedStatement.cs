using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableBuild.Images;
using ImmutableBuild.Trust.Keyless;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>A statement that someone has signed.</summary>
/// <param name="Statement">What is said.</param>
/// <param name="By">Whose word it is.</param>
/// <param name="Envelope">The bytes that were signed, and the signature.</param>
internal sealed record SignedStatement(InTotoStatement Statement, Signatory By, DsseEnvelope Envelope)
{
    /// <summary>The bundle that it is in, where it takes more than a key to verify it.</summary>
    public ReadOnlyMemory<byte>? Bundle { get; init; }

    /// <summary>What vouches for the signer; null where a key signed.</summary>
    public BundleMaterial? Material { get; init; }

    /// <summary>Signs a statement's bytes.</summary>
    public static async Task<SignedStatement> SignAsync(byte[] payload, ISigner signer, CancellationToken cancellationToken) => new(
        InTotoStatement.Parse(payload), Signatory.Of(signer.PublicKey), new DsseEnvelope(payload, await signer.SignAsync(DsseEnvelope.SignedBytesOf(payload), cancellationToken)));

    /// <summary>
    /// The statement of an envelope that one of <paramref name="keys"/> has signed, about <paramref name="image"/> alone. Nothing of it is read before its
    /// signature holds. Throws <see cref="FormatException"/> with the reason.
    /// </summary>
    public static SignedStatement Open(DsseEnvelope envelope, IEnumerable<PublicKey> keys, Digest image)
    {
        var signed = DsseEnvelope.SignedBytesOf(envelope.Payload.Span);
        var key = keys.FirstOrDefault(key => key.Verifies(signed, envelope.Signature.Span)) ?? throw new FormatException("it is not by a trusted key, or not in strict DER");
        return Open(envelope, Signatory.Of(key), image);
    }

    /// <summary>The same of a bundle, which may be by an identity that <paramref name="certificates"/> trusts.</summary>
    public static SignedStatement Open(SigstoreBundle bundle, ReadOnlyMemory<byte> bytes, IEnumerable<PublicKey> keys, CertificateTrust? certificates, Digest image) =>
        bundle.Material is not { } material ? Open(bundle.Envelope, keys, image)
        : certificates is null ? throw new FormatException("it is keyless, and no identity is trusted")
        : Open(bundle.Envelope, certificates.Require(bundle.Envelope, material), image) with { Bundle = bytes, Material = material };

    private static SignedStatement Open(DsseEnvelope envelope, Signatory by, Digest image)
    {
        var statement = InTotoStatement.Parse(envelope.Payload);
        return statement.FindOtherSubject(image) is { } other ? throw new FormatException(other) : new SignedStatement(statement, by, envelope);
    }

    /// <summary>
    /// Whether it says what <paramref name="newer"/> does, so that the newer one need not be said: the same, but for the run that said it. A scan of the
    /// same outcome is said again after a day, since its age counts.
    /// </summary>
    public bool Covers(InTotoStatement newer) =>
        Statement.PredicateType == newer.PredicateType
        && Statement.Predicate.ValueKind == JsonValueKind.Object
        && JsonElement.DeepEquals(ClaimOf(Statement), ClaimOf(newer))
        && Statement.Subjects.Select(Facts).SequenceEqual(newer.Subjects.Select(Facts), StringComparer.Ordinal)
        && !ScanTimes.IsOutdated(Statement, newer);

    private static string Facts(StatementSubject subject) => string.Join('\n', subject.Annotations.Select(fact => $"{fact.Key}={fact.Value}").Prepend(subject.Digest.ToString()));

    private static JsonElement ClaimOf(InTotoStatement statement) => statement.PredicateType switch
    {
        PredicateTypes.Provenance => Without(statement.Predicate, "runDetails", "metadata"),
        PredicateTypes.Scan => Without(statement.Predicate, "metadata"),
        _ => statement.Predicate,
    };

    private static JsonElement Without(JsonElement predicate, params string[] path)
    {
        var copy = JsonNode.Parse(predicate.GetRawText())!;
        var parent = path[..^1].Aggregate((JsonNode?)copy, (node, name) => (node as JsonObject)?[name]);
        (parent as JsonObject)?.Remove(path[^1]);
        return JsonSerializer.SerializeToElement(copy);
    }
}

using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Tests.Fuzzing;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keys;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Whatever a store answers in place of a signature, and whatever a file says it is a key: it is read or refused, within bounds, and nothing but what was signed is accepted.</summary>
public sealed class HostileTrustTests : IDisposable
{
    private static readonly Digest s_image = Digest.Of("image"u8);
    private static readonly byte[] s_statement = InTotoStatement.Write(
        new StatementSubject("localhost:5000/shop", s_image, OciAnnotations.None.Add(SignedFacts.GitSha, new string('a', 40))),
        PredicateTypes.Scan,
        json =>
        {
            json.WriteStartObject();
            json.WriteString("verdict", "pass");
            json.WriteEndObject();
        });

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private DsseEnvelope Envelope => new(s_statement, _key.SignData(DsseEnvelope.SignedBytesOf(s_statement), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    public void Dispose() => _key.Dispose();

    [Fact]
    public Task Bundles() => RunAsync(input => Accept(SigstoreBundle.Parse(input).Envelope), SigstoreBundle.Write(Envelope, PublicKey.Of(_key)));

    [Fact]
    public Task Envelopes() => RunAsync(input => Accept(DsseEnvelope.Parse(input)), Envelope.ToBytes());

    [Fact]
    public Task Statements() => RunAsync(input => InTotoStatement.Parse(input), s_statement);

    [Fact]
    public Task Payloads_of_signatures() => RunAsync(
        input => SimpleSigning.Parse(input),
        new SimpleSigning("localhost:5000/shop", s_image, OciAnnotations.None.Add(SignedFacts.GitSha, new string('a', 40))).ToBytes());

    [Fact]
    public Task Public_keys() => RunAsync(
        input => PublicKey.Parse(Encoding.Latin1.GetString(input)),
        Encoding.Latin1.GetBytes(_key.ExportSubjectPublicKeyInfoPem()));

    [Fact]
    public Task Public_keys_of_a_key_service() => RunAsync(input => PublicKey.FromSubjectPublicKeyInfo(input), _key.ExportSubjectPublicKeyInfo());

    [Theory]
    [InlineData("PRIVATE KEY")]
    [InlineData("EC PRIVATE KEY")]
    public Task Private_keys(string label) => Fuzz.RunAsync(
        [Encoding.Latin1.GetBytes(label == "PRIVATE KEY" ? _key.ExportPkcs8PrivateKeyPem() : _key.ExportECPrivateKeyPem())],
        input => PrivateKeyPem.Read(Encoding.Latin1.GetString(input), new PrivateKeyPem.Origin("a file", "PASSWORD", null)).Dispose(),
        fault => fault is ImmutableBuildException { Code: "IMB4003" or "IMB4004" },
        length => (256 << 10) + (200L * length));

    [Fact]
    public Task Encrypted_keys_before_they_are_opened() => RunAsync(
        input => EncryptedPkcs8.Check(input),
        _key.ExportEncryptedPkcs8PrivateKey("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000)));

    private void Accept(DsseEnvelope envelope)
    {
        SignedStatement.Open(envelope, [PublicKey.Of(_key)], s_image);
        envelope.Payload.Span.SequenceEqual(s_statement).ShouldBeTrue("the signature is of another statement");
    }

    private static Task RunAsync(Action<byte[]> read, byte[] seed) => Fuzz.RunAsync([seed], read, fault => fault is FormatException, length => (256 << 10) + (200L * length));
}

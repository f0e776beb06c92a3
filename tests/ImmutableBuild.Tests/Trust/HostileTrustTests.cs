using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Tests.Fuzzing;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keys;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Whatever a store answers in place of a signature, and whatever a file says it is a key: it is read or refused, within bounds, and nothing but what was signed is accepted.</summary>
public sealed class HostileTrustTests : IDisposable
{
    private const int MostThatDeflateExpands = 1032;

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

    [Fact]
    public Task References_to_bills_of_materials() => RunAsync(input => BomReference.Find(SignedJson.Read(input, "a bill of materials", static bom => bom.Clone())), Reference());

    [Theory]
    [InlineData("{\"name\":\"\\ud800\"}", null)]
    [InlineData("{\"name\":\"\\ud83d\\ude00\"}", "😀")]
    [InlineData("{\"name\":1}", null)]
    public void Half_of_a_surrogate_pair_is_no_text(string json, string? text) =>
        SignedJson.Read(Encoding.UTF8.GetBytes(json), "it", static element => element.Clone()).TextOf("name").ShouldBe(text);

    [Fact]
    public void What_is_not_in_UTF_8_is_refused_before_anybody_asks_for_its_texts() =>
        Should.Throw<FormatException>(() => SignedJson.Read("{\"name\":\"\u00fc\"}"u8.ToArray().Select(letter => letter == 0xbc ? (byte)'x' : letter).ToArray(), "it", static element => element.Clone()))
            .Message.ShouldBe("it is not in UTF-8");

    [Fact]
    public Task Compressed_bills_of_materials() => Fuzz.RunAsync(
        [.. CompressedBom.Write(Encoding.UTF8.GetBytes($"{{\"bomFormat\":\"CycloneDX\",\"bom-ref\":\"{s_image}\",\"components\":[{new string(' ', 2000)}]}}"), s_image)],
        input => CompressedBom.Read(input),
        fault => fault is FormatException,
        length => (256 << 10) + (MostThatDeflateExpands * 3L * length));

    private static byte[] Reference()
    {
        using var complete = JsonDocument.Parse($$"""{"specVersion":"1.6","version":1,"serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","metadata":{"component":{"bom-ref":"{{s_image}}"} } }""");
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            new BomReference(s_image, [new Descriptor { MediaType = CompressedBom.MediaType, Digest = s_image, Size = 4096 }]).Write(json, complete.RootElement);
        }

        return bytes.ToArray();
    }

    private void Accept(DsseEnvelope envelope)
    {
        SignedStatement.Open(envelope, [PublicKey.Of(_key)], s_image);
        envelope.Payload.Span.SequenceEqual(s_statement).ShouldBeTrue("the signature is of another statement");
    }

    private static Task RunAsync(Action<byte[]> read, byte[] seed) => Fuzz.RunAsync([seed], read, fault => fault is FormatException, length => (256 << 10) + (200L * length));
}

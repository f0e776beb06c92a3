using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>The list of signatures that must be refused, as bundles; cosign 3 takes any statement of the key about the digest.</summary>
[Trait("Fault", "F38")]
public sealed class BundleSignatureTests : SignedBundles
{
    [Fact]
    public async Task A_true_signature_is_accepted_and_its_key_named()
    {
        Put(Bundle(Statement()));
        (await VerifyAsync()).ShouldBe(new SignatureFound(Signatory.Of(PublicKey.Of(Key)), Commit, "bundle"));
    }

    [Fact]
    public async Task One_good_bundle_among_bad_ones_and_artefacts_of_others_is_enough()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Put(Bundle(Statement(), stranger), "{}", Bundle(Statement()));
        (await VerifyAsync()).By.Key.ShouldBe(PublicKey.Of(Key));
    }

    [Fact]
    public async Task A_strangers_bundle_does_not_hide_the_signature_under_its_tag()
    {
        // cosign 3 looks at bundles alone where there is one.
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Put(Bundle(Statement(), stranger));
        var payload = new SimpleSigning(Repository, Image.Digest, OciAnnotations.None.Add(SignedFacts.GitSha, Commit.ToString())).ToBytes();
        SignatureManifest.Write(Layout, Image.Digest, [(payload, Key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))], Ct);
        (await VerifyAsync()).Form.ShouldBe("sha256-….sig");
    }

    [Fact]
    public async Task What_a_bundle_is_listed_as_says_nothing()
    {
        Put([Bundle(Statement())], entry => entry with { ArtifactType = "application/vnd.oci.empty.v1+json", Annotations = null });
        await VerifyAsync();
    }

    [Theory]
    [InlineData("registry.example/other")]
    [InlineData(null)]
    public async Task The_policy_may_take_any_repository(string? repository)
    {
        Put(Bundle(Statement(repository: repository)));
        (await new SignatureCheck(Store, Repository, [PublicKey.Of(Key)], anyRepository: true).VerifyAsync(Image.Digest, Commit, Ct)).Form.ShouldBe("bundle");
    }

    [Fact]
    public Task S1_no_bundle() => RefusedAsync("IMB4009", "has no signature");

    [Fact]
    public Task S2_S3_a_bundle_replayed_onto_another_image()
    {
        Put(Bundle(Statement().Replace(Image.Digest.Hex, Digest.Of("other"u8).Hex, StringComparison.Ordinal)));
        return RefusedAsync("IMB4010", "it is about sha256:");
    }

    [Fact]
    public async Task S4_another_key()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Put(Bundle(Statement(), stranger));
        await RefusedAsync("IMB4010", "not by a trusted key");
    }

    [Theory]
    [InlineData("registry.example/other", "speaks of the repository 'registry.example/other'")]
    [InlineData(null, "names no repository")]
    public Task S5_another_repository(string? repository, string says)
    {
        Put(Bundle(Statement(repository: repository)));
        return RefusedAsync("IMB4010", says);
    }

    [Theory]
    [InlineData("S6 statement type", "https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v2")]
    [InlineData("S7 predicateType twice", "{\"_type\"", "{\"predicateType\":\"x\",\"_type\"")]
    [InlineData("S7 subject twice", "\"subject\":", "\"subject\":[],\"subject\":")]
    [InlineData("S7 digest twice", "\"digest\":{", "\"digest\":{\"sha256\":\"00\",")]
    [InlineData("S8 case of subject", "\"subject\":", "\"Subject\":")]
    [InlineData("S8 case of predicateType", "{\"_type\"", "{\"PredicateType\":\"x\",\"_type\"")]
    [InlineData("S8 case of commit beside it", "\"annotations\":{", "\"annotations\":{\"GITSHA\":\"x\",")]
    [InlineData("S14 unknown member", "{\"_type\"", "{\"x\":1,\"_type\"")]
    [InlineData("S14 blank before", "{\"_type\"", " {\"_type\"")]
    [InlineData("S14 two documents", "{\"_type\"", "{}{\"_type\"")]
    [InlineData("S16 only a SHA-512", "\"sha256\":", "\"sha512\":")]
    [InlineData("S16 short digest", "\"sha256\":\"", "\"sha256\":\"0")]
    public async Task A_statement_that_is_not_strict_is_refused_though_its_signature_holds(string what, string from, string to)
    {
        var statement = Statement().Replace(from, to, StringComparison.Ordinal);
        statement.ShouldNotBe(Statement(), what);
        Put(Bundle(statement));
        await RefusedAsync("IMB4010", "No signature");
    }

    [Theory]
    [InlineData("S7 payload twice", "\"payload\":", "\"payload\":\"e30=\",\"payload\":")]
    [InlineData("S7 envelope twice", "\"dsseEnvelope\":", "\"dsseEnvelope\":{},\"dsseEnvelope\":")]
    [InlineData("S8 case of envelope", "\"dsseEnvelope\":", "\"DsseEnvelope\":")]
    [InlineData("S10 junk", "\"sig\":\"", "\"sig\":\"!!!")]
    [InlineData("S10 blank in payload", "\"payload\":\"", "\"payload\":\" ")]
    [InlineData("S10 trailing bytes", "\"sig\":\"", "\"sig\":\"AAAA")]
    [InlineData("S14 payload type", PayloadType, "application/json")]
    [InlineData("S14 two signatures", "\"signatures\":[", "\"signatures\":[{\"sig\":\"MAA=\"},")]
    [InlineData("S14 no signatures", "\"signatures\":[", "\"signatures\":[],\"x\":[")]
    [InlineData("S14 signs a file as well", "{\"mediaType\":", "{\"messageSignature\":{},\"mediaType\":")]
    [InlineData("S14 another version", "bundle.v0.3+json\",\"verif", "bundle.v0.4+json\",\"verif")]
    [InlineData("S14 unknown member", "{\"mediaType\":", "{\"x\":1,\"mediaType\":")]
    public async Task A_bundle_that_is_not_strict_is_refused(string what, string from, string to)
    {
        var bundle = Bundle(Statement());
        var altered = bundle.Replace(from, to, StringComparison.Ordinal);
        altered.ShouldNotBe(bundle, what);
        Put(altered);
        await RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S9_a_signature_that_is_not_DER()
    {
        var statement = Statement();
        var raw = Key.SignData(DsseEnvelope.SignedBytesOf(Encoding.UTF8.GetBytes(statement)), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Put(Encoding.UTF8.GetString(SigstoreBundle.Write(new DsseEnvelope(Encoding.UTF8.GetBytes(statement), raw), PublicKey.Of(Key))));
        return RefusedAsync("IMB4010", "not in strict DER");
    }

    [Fact]
    public Task S10_a_signature_over_the_statement_without_its_type_and_length()
    {
        var statement = Encoding.UTF8.GetBytes(Statement());
        var bare = Key.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Put(Encoding.UTF8.GetString(SigstoreBundle.Write(new DsseEnvelope(statement, bare), PublicKey.Of(Key))));
        return RefusedAsync("IMB4010", "not by a trusted key");
    }

    [Theory]
    [InlineData("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "speaks of the commit")]
    [InlineData(null, "names no commit")]
    public Task S13_an_old_image_under_a_new_commit(string? commit, string says)
    {
        Put(Bundle(Statement(commit: commit)));
        return RefusedAsync("IMB4010", says);
    }

    [Theory]
    [InlineData(PredicateTypes.CycloneDx)]
    [InlineData(PredicateTypes.Scan)]
    [InlineData(PredicateTypes.Provenance)]
    [InlineData("https://sigstore.dev/cosign/sign/v2")]
    public Task S15_an_attestation_is_no_signature(string predicateType)
    {
        Put(Bundle(Statement().Replace(PredicateTypes.Signature, predicateType, StringComparison.Ordinal)));
        return RefusedAsync("IMB4009", "has no signature");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task S16_several_subjects(bool same)
    {
        var other = same ? Image.Digest : Digest.Of("other"u8);
        Put(Bundle(Statement().Replace("\"subject\":[", $"\"subject\":[{{\"digest\":{{\"sha256\":\"{other.Hex}\"}}}},", StringComparison.Ordinal)));
        return RefusedAsync("IMB4010", same ? "several subjects" : "it is about");
    }

}

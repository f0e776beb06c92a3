using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImmutableBuild.Images;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Keyless;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>A keyless signature counts when all of it holds: who, certified by whom, logged where, when.</summary>
public sealed class CertificateTrustTests : IDisposable
{
    private static readonly TrustedIdentity Me = new(OwnSigstore.Issuer, OwnSigstore.Identity);
    private static readonly Digest Image = Digest.Of("an image"u8);
    private static readonly byte[] Statement = InTotoStatement.Write(new StatementSubject(null, Image, OciAnnotations.None), PredicateTypes.Signature, static json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    private readonly OwnSigstore _sigstore = new();
    private readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _sigstore.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public void What_cosign_3_made_holds() => RequireRecorded(RecordedSigstore.Bundle, RecordedSigstore.Root).ToString().ShouldBe($"{OwnSigstore.Identity} of the issuer {OwnSigstore.Issuer}");

    [Theory]
    [InlineData("verificationMaterial.tlogEntries.0.integratedTime", "the log's promise does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.logIndex", "the log's promise does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionPromise.signedEntryTimestamp", "the log's promise does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionProof.logIndex", "the proof that it is in the log does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionProof.treeSize", "does not hold|another tree")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionProof.rootHash", "the proof that it is in the log does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionProof.hashes.0", "the proof that it is in the log does not hold")]
    [InlineData("verificationMaterial.tlogEntries.0.inclusionProof.checkpoint.envelope", "checkpoint")]
    [InlineData("verificationMaterial.tlogEntries.0.canonicalizedBody", "the log's entry")]
    [InlineData("verificationMaterial.tlogEntries.0.logId.keyId", "it is in no log of the trusted root")]
    [InlineData("verificationMaterial.tlogEntries.0.kindVersion.version", "another kind than its bundle says")]
    [InlineData("verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp", "timestamp")]
    [InlineData("verificationMaterial.certificate.rawBytes", "certificate|the log's entry")]
    [InlineData("dsseEnvelope.payload", "not by the key of its certificate")]
    [InlineData("dsseEnvelope.signatures.0.sig", "not by the key of its certificate")]
    public void Whatever_of_it_is_altered_it_does_not_hold(string member, string says)
    {
        foreach (var place in (double[])[0.3, 0.6, 0.95])
        {
            var bundle = JsonNode.Parse(RecordedSigstore.Bundle)!;
            Alter(bundle, member, place);

            var fault = Should.Throw<FormatException>(() => RequireRecorded(Encoding.UTF8.GetBytes(bundle.ToJsonString()), RecordedSigstore.Root), $"{member} at {place}");

            fault.Message.ShouldMatch(says);
        }
    }

    [Theory]
    [InlineData("certificateAuthorities.0.certChain.certificates.0.rawBytes", "by no authority of the trusted root|was not valid|by another")]
    [InlineData("certificateAuthorities.0.validFor.start", "by no authority of the trusted root")]
    [InlineData("tlogs.0.publicKey.validFor.start", "the log's promise does not hold")]
    [InlineData("ctlogs.0.publicKey.validFor.start", "no certificate log of the trusted root has promised")]
    [InlineData("timestampAuthorities.0.validFor.start", "by no authority of the trusted root")]
    public void An_authority_or_a_log_counts_in_its_time_only(string member, string says)
    {
        var root = JsonNode.Parse(RecordedSigstore.Root)!;
        var (parent, last) = Find(root, member);
        parent[last] = member.EndsWith("start", StringComparison.Ordinal) ? "2099-01-01T00:00:00Z" : JsonNode.Parse(_sigstore.TrustedRoot())!["certificateAuthorities"]![0]!["certChain"]!["certificates"]![0]!["rawBytes"]!.GetValue<string>();

        Should.Throw<FormatException>(() => RequireRecorded(RecordedSigstore.Bundle, Encoding.UTF8.GetBytes(root.ToJsonString()))).Message.ShouldMatch(says);
    }

    [Theory]
    [InlineData("start", "2099-01-01T00:00:00Z")]
    [InlineData("end", "2021-01-02T00:00:00Z")]
    public void Without_its_promise_too_a_log_counts_in_its_time_only(string limit, string time)
    {
        var (bundle, root) = (JsonNode.Parse(RecordedSigstore.Bundle)!, JsonNode.Parse(RecordedSigstore.Root)!);
        var (entry, promise) = Find(bundle, "verificationMaterial.tlogEntries.0.inclusionPromise");
        entry.AsObject().Remove(promise).ShouldBeTrue();
        var stripped = Encoding.UTF8.GetBytes(bundle.ToJsonString());
        RequireRecorded(stripped, RecordedSigstore.Root).Identity.ShouldNotBeNull("a timestamp authority vouches for its time");

        var (log, valid) = Find(root, "tlogs.0.publicKey.validFor");
        log[valid]![limit] = time;
        Should.Throw<FormatException>(() => RequireRecorded(stripped, Encoding.UTF8.GetBytes(root.ToJsonString()))).Message.ShouldContain("its log did not count");
    }

    [Fact]
    public void Its_own_holds_and_so_does_one_that_a_log_took_just_before_the_certificate_ended() =>
        new[] { new Signing(), new Signing { LoggedAt = OwnSigstore.Now.AddMinutes(9).AddSeconds(-1) } }.ShouldAllBe(how => Require(how).Identity!.Identity == OwnSigstore.Identity);

    [Fact]
    public void A_signature_after_the_certificates_time_is_refused() => Refused(new Signing { LoggedAt = OwnSigstore.Now.AddMinutes(10) }).ShouldContain("when its certificate was not valid");

    [Fact]
    public void A_signature_before_the_certificates_time_is_refused() => Refused(new Signing { LoggedAt = OwnSigstore.Now.AddMinutes(-2) }).ShouldContain("when its certificate was not valid");

    [Fact]
    public void A_certificate_for_something_else_than_code_is_refused() => Refused(new Signing { Usage = "1.3.6.1.5.5.7.3.1" }).ShouldContain("by no authority");

    [Fact]
    public void A_certificate_of_two_identities_is_refused() => Refused(new Signing { Identities = [OwnSigstore.Identity, "https://other.example/"] }).ShouldContain("several identities");

    [Fact]
    public void A_certificate_that_no_log_promised_is_refused()
    {
        Refused(new Signing { Promise = false }).ShouldContain("no promise of a certificate log");
        Refused(new Signing { PromisedBy = _stranger }).ShouldContain("no certificate log of the trusted root");
        Require(new Signing { Promise = false }, root: _sigstore.TrustedRoot(without: "ctlogs")).Identity.ShouldNotBeNull("a Sigstore without such a log");
    }

    [Fact]
    public void A_log_that_is_not_the_log_is_refused()
    {
        Refused(new Signing { TimeBy = _stranger }).ShouldContain("promise does not hold");
        Refused(new Signing { CheckpointBy = _stranger }).ShouldContain("checkpoint is not signed by the log");
    }

    [Fact]
    public void Without_a_log_or_a_time_that_someone_vouches_for_it_is_refused()
    {
        Refused(new Signing { Log = false }).ShouldContain("in no transparency log");
        Refused(new Signing { PromiseTime = false }).ShouldContain("nobody vouches for the time");
        Refused(new Signing { Log = false }, root: _sigstore.TrustedRoot(without: "tlogs")).ShouldContain("nobody vouches for the time");
    }

    [Theory]
    [InlineData("\"value\":\"", "\"value\":\"00")]
    [InlineData("\"signature\":\"", "\"signature\":\"AAAA")]
    [InlineData("\"algorithm\":\"sha256\"", "\"algorithm\":\"sha1\"")]
    [InlineData("\"signatures\":[", "\"signatures\":[{},")]
    [InlineData("\"kind\":\"dsse\"", "\"kind\":\"hashedrekord\"")]
    public void A_log_entry_of_something_else_is_refused(string from, string to) =>
        Refused(new Signing { Logged = body => body.Replace(from, to, StringComparison.Ordinal) }).ShouldContain("the log's entry");

    [Theory]
    [InlineData(OwnSigstore.Issuer, "https://github.com/me/shop/.github/workflows/other.yml@refs/heads/main", false)]
    [InlineData(OwnSigstore.Issuer, "https://github.com/me/shop/.github/workflows/release.yml@refs/heads/mai", false)]
    [InlineData(OwnSigstore.Issuer, "https://github.com/me/shop/.github/workflows/RELEASE.yml@refs/heads/main", false)]
    [InlineData("https://token.actions.example", OwnSigstore.Identity, false)]
    [InlineData(OwnSigstore.Issuer, "https://github.com/me/shop/*", true)]
    [InlineData(OwnSigstore.Issuer, "https://github.com/me/shop/.github/workflows/release.yml@refs/tags/*", false)]
    public void Who_it_is_has_to_be_whom_the_policy_names(string issuer, string identity, bool holds)
    {
        string? refused = null;
        try
        {
            Require(new Signing(), who: new TrustedIdentity(issuer, identity));
        }
        catch (FormatException fault)
        {
            refused = fault.Message;
        }

        refused.ShouldBe(holds ? null : $"it is by {OwnSigstore.Identity} ({OwnSigstore.Issuer}), whom the policy does not name");
    }

    [Fact]
    public void Without_a_trusted_root_nobody_is_believed() =>
        Should.Throw<FormatException>(() => Require(_sigstore.Bundle(Statement), null, Me)).Message.ShouldContain("ImmutableTrustedRoot");

    [Theory]
    [InlineData("""{"mediaType":"application/json"}""")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{}]}""")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":{}}""")]
    [InlineData("[]")]
    public void What_is_no_trusted_root_is_refused(string text) => Should.Throw<FormatException>(() => TrustedRoot.Parse(Encoding.UTF8.GetBytes(text)));

    private static Signatory RequireRecorded(byte[] bundle, byte[] root) => Require(Encoding.UTF8.GetString(bundle), root, Me);

    private static Signatory Require(string bundle, byte[]? root, TrustedIdentity who)
    {
        var parsed = SigstoreBundle.Parse(Encoding.UTF8.GetBytes(bundle));
        return new CertificateTrust(root is null ? null : TrustedRoot.Parse(root), [who]).Require(parsed.Envelope, parsed.Material!);
    }

    private Signatory Require(Signing how, byte[]? root = null, TrustedIdentity? who = null) => Require(_sigstore.Bundle(Statement, how), root ?? _sigstore.TrustedRoot(), who ?? Me);

    private string Refused(Signing how, byte[]? root = null) => Should.Throw<FormatException>(() => Require(how, root)).Message;

    private static (JsonNode Parent, string Name) Find(JsonNode root, string path)
    {
        var names = path.Split('.');
        return (names[..^1].Aggregate(root, (node, name) => (node is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node[name])!), names[^1]);
    }

    // One letter, to another one that may stand there.
    private static void Alter(JsonNode root, string path, double place)
    {
        var (parent, last) = Find(root, path);
        var old = parent is JsonArray list ? list[int.Parse(last, System.Globalization.CultureInfo.InvariantCulture)]! : parent[last]!;
        var text = old.GetValue<string>();
        var at = Math.Min(text.Length - 1, (int)(text.Length * place));
        while (!char.IsAsciiLetterOrDigit(text[at]))
        {
            at--;
        }

        var other = text[at] switch { '9' => '8', 'Z' => 'Y', 'z' => 'y', var letter => (char)(letter + 1) };
        JsonNode altered = text[..at] + other + text[(at + 1)..];
        if (parent is JsonArray array)
        {
            array[int.Parse(last, System.Globalization.CultureInfo.InvariantCulture)] = altered;
        }
        else
        {
            parent[last] = altered;
        }
    }
}

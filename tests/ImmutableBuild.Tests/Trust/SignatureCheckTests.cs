using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>The list of signatures that must be refused; cosign takes some of them.</summary>
[Trait("Fault", "F38")]
public sealed class SignatureCheckTests : IDisposable
{
    private const string Repository = "registry.example/shop";
    private static readonly CommitSha Commit = CommitSha.Parse(new string('a', 40));

    private readonly ScratchDirectory _scratch = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly OciLayout _layout;
    private readonly LayoutAsStore _store;
    private readonly Digest _image;
    private readonly Digest _otherImage;

    public SignatureCheckTests()
    {
        _layout = OciLayout.OpenOrCreate(_scratch["layout"]);
        _store = new LayoutAsStore(_layout);
        _image = WriteImage("image");
        _otherImage = WriteImage("other");
    }

    public void Dispose()
    {
        _key.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_true_signature_is_accepted_and_its_key_named()
    {
        Sign(Payload());
        (await VerifyAsync()).ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public async Task One_good_signature_among_bad_ones_is_enough()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(Layer(Payload(), SignWith(stranger, Payload())), Layer("junk", [1, 2, 3]), Layer(Payload(), SignWith(_key, Payload())));
        (await VerifyAsync()).ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public async Task Facts_that_others_add_do_no_harm()
    {
        Sign(Payload().Replace("\"optional\":{", "\"optional\":{\"build\":7,\"env\":\"prod\",", StringComparison.Ordinal));
        await VerifyAsync();
    }

    [Fact]
    public Task S1_no_signature() => RefusedAsync("IMB4009", "has no signature");

    [Fact]
    public Task S2_another_digest()
    {
        Sign(Payload(image: _otherImage));
        return RefusedAsync("IMB4010", "speaks of the image");
    }

    [Fact]
    public Task S3_a_signature_replayed_onto_another_image()
    {
        var manifest = Sign(Payload(image: _otherImage));
        _layout.SetReference(SignatureManifest.TagOf(_image), manifest, TestContext.Current.CancellationToken);
        return RefusedAsync("IMB4010", "speaks of the image");
    }

    [Fact]
    public async Task S4_another_key()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(Layer(Payload(), SignWith(stranger, Payload())));
        await RefusedAsync("IMB4010", "not by a trusted key");
    }

    [Fact]
    public Task S5_another_repository()
    {
        Sign(Payload(repository: "registry.example/other"));
        return RefusedAsync("IMB4010", "speaks of the repository 'registry.example/other'");
    }

    [Theory]
    [InlineData("S6 type", "cosign container image signature", "atomic container signature")]
    [InlineData("S7 digest twice", "\"image\":{", "\"image\":{\"docker-manifest-digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",")]
    [InlineData("S7 critical twice", "{\"critical\"", "{\"critical\":{},\"critical\"")]
    [InlineData("S7 commit twice", "\"optional\":{", "\"optional\":{\"gitSha\":\"0000000000000000000000000000000000000000\",")]
    [InlineData("S8 case of critical", "\"critical\"", "\"Critical\"")]
    [InlineData("S8 case of digest", "docker-manifest-digest", "Docker-Manifest-Digest")]
    [InlineData("S8 case of commit beside it", "\"optional\":{", "\"optional\":{\"GITSHA\":\"x\",")]
    [InlineData("S14 unknown member", "{\"critical\"", "{\"x\":1,\"critical\"")]
    [InlineData("S14 identity left out", "\"identity\":{\"docker-reference\":\"registry.example/shop\"},", "")]
    [InlineData("S14 blank before", "{\"critical\"", " {\"critical\"")]
    [InlineData("S14 two documents", "{\"critical\"", "{}{\"critical\"")]
    [InlineData("S16 digest of another algorithm", "sha256:", "sha512:")]
    public async Task A_payload_that_is_not_strict_is_refused_though_its_signature_holds(string what, string from, string to)
    {
        var payload = Payload().Replace(from, to, StringComparison.Ordinal);
        payload.ShouldNotBe(Payload(), what);
        Sign(payload);
        await RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S9_a_signature_that_is_not_DER()
    {
        Write(Layer(Payload(), _key.SignData(Bytes(Payload()), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)));
        return RefusedAsync("IMB4010", "not in strict DER");
    }

    [Fact]
    public async Task S9_a_signature_with_its_numbers_padded()
    {
        // A leading zero more than DER allows; BER readers take it.
        var der = SignWith(_key, Payload());
        byte[] padded = [0x30, (byte)(der[1] + 1), 0x02, (byte)(der[3] + 1), 0x00, .. der[4..]];
        Write(Layer(Payload(), padded));
        await RefusedAsync("IMB4010", "not in strict DER");
    }

    [Theory]
    [InlineData("junk", "!!!")]
    [InlineData("empty", "")]
    [InlineData("truncated", null)]
    [InlineData("trailing blank", " ")]
    public Task S10_junk_base64(string what, string? change)
    {
        var good = Convert.ToBase64String(SignWith(_key, Payload()));
        var text = what switch { "truncated" => good[..^3], "trailing blank" => good + change, _ => change! };
        Write(Layer(Payload(), []) with { Annotations = OciAnnotations.None.Add(SignatureManifest.SignatureAnnotation, text) });
        return RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S10_bytes_after_the_signature()
    {
        Write(Layer(Payload(), [.. SignWith(_key, Payload()), 0]));
        return RefusedAsync("IMB4010", "not in strict DER");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public Task S11_a_payload_of_another_size(int more)
    {
        var layer = Layer(Payload(), SignWith(_key, Payload()));
        Write(layer with { Size = layer.Size + more });
        return RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S11_a_payload_of_another_digest()
    {
        var layer = Layer(Payload(), SignWith(_key, Payload()));
        Write(layer);
        File.WriteAllText(_layout.BlobPath(layer.Digest), Payload().Replace("gitSha", "gitsha", StringComparison.Ordinal));
        return RefusedAsync("IMB4010", "No signature");
    }

    [Fact]
    public Task S12_more_than_a_thousand_layers()
    {
        Write([.. Enumerable.Repeat(Layer(Payload(), SignWith(_key, Payload())), 1001)]);
        return RefusedAsync("IMB4013", "1002");
    }

    [Fact]
    public Task S12_a_manifest_over_4_MiB()
    {
        var large = Layer(Payload(), SignWith(_key, Payload())) with { Annotations = OciAnnotations.None.Add("x", new string('x', 5 * 1024 * 1024)) };
        Write(large);
        return RefusedAsync(null, "4194304");
    }

    [Fact]
    public Task S12_a_payload_over_1_MiB()
    {
        Sign(Payload().Replace("\"optional\":{", $"\"optional\":{{\"x\":\"{new string('x', 1024 * 1024)}\",", StringComparison.Ordinal));
        return RefusedAsync("IMB4010", "1048576");
    }

    [Fact]
    public Task S13_an_old_image_under_a_new_commit()
    {
        Sign(Payload(commit: new string('b', 40)));
        return RefusedAsync("IMB4010", "speaks of the commit");
    }

    [Fact]
    public Task S13_no_commit_at_all()
    {
        Sign(Encoding.UTF8.GetString(new SimpleSigning(Repository, _image, OciAnnotations.None).ToBytes()));
        return RefusedAsync("IMB4010", "names no commit");
    }

    [Fact]
    public Task S15_an_attestation_in_a_signatures_place()
    {
        Write(Layer(Payload(), SignWith(_key, Payload())) with { MediaType = "application/vnd.dsse.envelope.v1+json" });
        return RefusedAsync("IMB4010", "is no signature");
    }

    [Fact]
    public async Task S18_a_store_that_fails_makes_it_unknown_never_unsigned()
    {
        Sign(Payload());
        _store.Fault = DeployErrors.TargetUnavailable(new AppKey("a", "b"), "503");
        var fault = await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync());
        fault.Code.ShouldBe("IMB4011");
        fault.IsTransient.ShouldBeTrue();
        fault.Message.ShouldContain("is unknown");
    }

    [Fact]
    public Task R1_an_image_whose_bytes_are_not_what_its_digest_says()
    {
        Sign(Payload());
        File.WriteAllText(_layout.BlobPath(_image), "{}");
        return RefusedAsync(null, "");
    }

    [Fact]
    public Task R4_an_index_in_the_manifests_place()
    {
        var index = _layout.WriteBlob(MediaTypes.Index, OciJson.Write(new ImageIndex { MediaType = MediaTypes.Index, Manifests = [] }));
        _layout.SetReference(SignatureManifest.TagOf(_image), index, TestContext.Current.CancellationToken);
        return RefusedAsync("IMB4013", "is refused");
    }

    private string Payload(Digest? image = null, string repository = Repository, string? commit = null) => Encoding.UTF8.GetString(
        new SimpleSigning(repository, image ?? _image, OciAnnotations.None.Add(SignedFacts.GitSha, commit ?? Commit.ToString())).ToBytes());

    private Descriptor Sign(string payload) => Write(Layer(payload, SignWith(_key, payload)));

    private static byte[] SignWith(ECDsa key, string payload) => key.SignData(Bytes(payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private Descriptor Layer(string payload, byte[] signature) => _layout.WriteBlob(SimpleSigning.MediaType, Bytes(payload)) with
    {
        Annotations = OciAnnotations.None.Add(SignatureManifest.SignatureAnnotation, Convert.ToBase64String(signature)),
    };

    private Descriptor Write(params Descriptor[] layers)
    {
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = _layout.WriteBlob(MediaTypes.Config, "{}"u8), Layers = [.. layers] };
        var written = _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        return _layout.SetReference(SignatureManifest.TagOf(_image), written, TestContext.Current.CancellationToken);
    }

    private Digest WriteImage(string name)
    {
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = _layout.WriteBlob(MediaTypes.Config, Bytes(name)), Layers = [] };
        return _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)).Digest;
    }

    private async Task<PublicKey> VerifyAsync() =>
        (await new SignatureCheck(_store, Repository, [PublicKey.Of(_key)]).VerifyAsync(_image, Commit, TestContext.Current.CancellationToken)).By.Key!;

    private async Task RefusedAsync(string? code, string says)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync());
        fault.Message.ShouldContain(says);
        if (code is not null)
        {
            fault.Code.ShouldBe(code, fault.Message);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

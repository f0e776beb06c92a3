using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Images;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Byte for byte what cosign 2.5 wrote.</summary>
public sealed class SignatureFormatTests
{
    private const string Signature = "MEUCICeVt3hP/6Q0urWpCoJpncU2qa7zN185p3tLVEP9K9pSAiEAoqB8VOErMa2Ez9GNNF8DH0KU/Cg4ovLOGs2ew1FA+h4=";

    private static readonly Digest Image = Digest.Parse("sha256:6d77c69f4a97c2966fa7e4db15cbe65f2a91d403f10853f738aee3b34f3cc4f1");

    [Fact]
    public void The_payload_without_annotations()
    {
        var payload = new SimpleSigning("localhost:5000/trust/app", Image, OciAnnotations.None).ToBytes();
        Encoding.UTF8.GetString(payload).ShouldBe(
            """{"critical":{"identity":{"docker-reference":"localhost:5000/trust/app"},"image":{"docker-manifest-digest":"sha256:6d77c69f4a97c2966fa7e4db15cbe65f2a91d403f10853f738aee3b34f3cc4f1"},"type":"cosign container image signature"},"optional":null}""");
        Digest.Of(payload).ToString().ShouldBe("sha256:6c0bafad1a085fe4c7183f7b95fa36f1eb62301de92f8e6b2581e2a68c79e547");
    }

    [Fact]
    public void The_payloads_annotations_are_sorted() =>
        Encoding.UTF8.GetString(new SimpleSigning("r", Image, OciAnnotations.None.Add("gitSha", "abc123").Add("env", "prod")).ToBytes())
            .ShouldEndWith("""},"optional":{"env":"prod","gitSha":"abc123"}}""");

    [Fact]
    public void The_manifest_and_its_configuration()
    {
        using var scratch = new ScratchDirectory();
        var layout = OciLayout.OpenOrCreate(scratch["layout"]);
        var payload = new SimpleSigning("localhost:5000/trust/app", Image, OciAnnotations.None).ToBytes();
        var written = SignatureManifest.Write(layout, Image, [(payload, Convert.FromBase64String(Signature))], TestContext.Current.CancellationToken);
        File.ReadAllText(layout.BlobPath(written.Digest)).ShouldBe(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":233,"digest":"sha256:caaae1bd83d505f2ac74c25e5642d50c4fce39fe9ae0e7291a87986b5a882caa"},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":240,"digest":"sha256:6c0bafad1a085fe4c7183f7b95fa36f1eb62301de92f8e6b2581e2a68c79e547","annotations":{"dev.cosignproject.cosign/signature":"MEUCICeVt3hP/6Q0urWpCoJpncU2qa7zN185p3tLVEP9K9pSAiEAoqB8VOErMa2Ez9GNNF8DH0KU/Cg4ovLOGs2ew1FA+h4="}}]}""");
        OciLayout.NameOf(written).ShouldBe("sha256-6d77c69f4a97c2966fa7e4db15cbe65f2a91d403f10853f738aee3b34f3cc4f1.sig");
    }

    [Theory]
    [InlineData("docker.io/debian", "index.docker.io/library/debian")]
    [InlineData("docker.io/acme/web", "index.docker.io/acme/web")]
    [InlineData("ghcr.io/acme/web", "ghcr.io/acme/web")]
    [InlineData("local/web", "local/web")]
    public void Repositories_have_the_name_cosign_gives_them(string repository, string name) => SimpleSigning.NameOf(repository).ShouldBe(name);

    [Fact]
    public void A_payload_is_read_as_it_was_written()
    {
        var written = new SimpleSigning("ghcr.io/a/b", Image, OciAnnotations.None.Add("gitSha", "abc").Add("env", "a+b<c>"));
        var read = SimpleSigning.Parse(written.ToBytes());
        read.ShouldBeEquivalentTo(written);
    }

    [Fact]
    public void Junk_is_refused_with_a_FormatException_and_nothing_else()
    {
        var payload = new SimpleSigning("ghcr.io/a/b", Image, OciAnnotations.None.Add("gitSha", "abc")).ToBytes();
        var changes = Gen.Choose(0, payload.Length - 1).Zip(Gen.Choose(0, 255)).ListOf();
        Prop.ForAll(Arb.From(changes), list =>
        {
            var junk = payload.ToArray();
            foreach (var (at, value) in list)
            {
                junk[at] = (byte)value;
            }

            try
            {
                SimpleSigning.Parse(junk);
                return true;
            }
            catch (FormatException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void No_junk_is_a_signature_and_none_makes_verifying_throw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var known = PublicKey.Of(key);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), junk => !known.Verifies("data"u8, junk)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}

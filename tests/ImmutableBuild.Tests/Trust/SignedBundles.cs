using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>An image in a store, and bundles that are listed as referring to it.</summary>
public abstract class SignedBundles : IDisposable
{
    protected const string Repository = "registry.example/shop";
    protected const string PayloadType = "application/vnd.in-toto+json";

    private readonly ScratchDirectory _scratch = new();

    protected SignedBundles()
    {
        Layout = OciLayout.OpenOrCreate(_scratch["layout"]);
        Store = new LayoutAsStore(Layout);
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = Layout.WriteBlob(MediaTypes.Config, "image"u8), Layers = [] };
        Image = Layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
    }

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected static CommitSha Commit { get; } = CommitSha.Parse(new string('a', 40));

    protected ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private protected OciLayout Layout { get; }

    private protected LayoutAsStore Store { get; }

    private protected Descriptor Image { get; }

    public void Dispose()
    {
        Key.Dispose();
        _scratch.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Statement(string? repository = Repository, string? commit = "") => Encoding.UTF8.GetString(InTotoStatement.Write(
        new StatementSubject(null, Image.Digest, Facts(repository, commit is "" ? Commit.ToString() : commit)),
        PredicateTypes.Signature,
        static json =>
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }));

    private static ImmutableSortedDictionary<string, string> Facts(string? repository, string? commit) => OciAnnotations.None
        .AddRange(new[] { (SignedFacts.Repository, repository), (SignedFacts.GitSha, commit) }.Where(fact => fact.Item2 is not null).Select(fact => KeyValuePair.Create(fact.Item1, fact.Item2!)));

    protected string Bundle(string statement, ECDsa? key = null)
    {
        var payload = Encoding.UTF8.GetBytes(statement);
        var signature = (key ?? Key).SignData(DsseEnvelope.SignedBytesOf(payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Encoding.UTF8.GetString(SigstoreBundle.Write(new DsseEnvelope(payload, signature), PublicKey.Of(key ?? Key)));
    }

    private protected IReadOnlyList<Descriptor> Put(params string[] bundles) => Put(bundles, null);

    private protected List<Descriptor> Put(string[] bundles, Func<Descriptor, Descriptor>? changeEntry = null, Func<Descriptor, Descriptor>? changeLayer = null)
    {
        var layers = bundles.Select(bundle => Layout.WriteBlob(SigstoreBundle.MediaType, Encoding.UTF8.GetBytes(bundle))).ToList();
        var entries = layers.Select(layer => Layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            ArtifactType = SigstoreBundle.MediaType,
            Config = Layout.WriteBlob("application/vnd.oci.empty.v1+json", "{}"u8),
            Layers = [changeLayer?.Invoke(layer) ?? layer],
            Subject = Image,
        })) with { ArtifactType = SigstoreBundle.MediaType });
        List([.. entries.Select(entry => changeEntry?.Invoke(entry) ?? entry)]);
        return layers;
    }

    private protected void List(params Descriptor[] entries)
    {
        var index = ReferrersTag.Write([], entries);
        Layout.SetReference(ReferrersTag.Of(Image.Digest), Layout.WriteBlob(index.MediaType, index.Bytes.Span), Ct);
    }

    private protected Task<SignatureFound> VerifyAsync() => new SignatureCheck(Store, Repository, [PublicKey.Of(Key)]).VerifyAsync(Image.Digest, Commit, Ct);

    protected async Task RefusedAsync(string code, string says)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync());
        fault.Message.ShouldContain(says);
        fault.Code.ShouldBe(code, fault.Message);
    }
}

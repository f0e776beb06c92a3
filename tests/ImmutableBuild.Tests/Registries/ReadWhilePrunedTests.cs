using System.Security.Cryptography;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.Local;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Registries;

/// <summary>What a release has begun to read of the embedded store stays until it has read it.</summary>
[Trait("Fault", "F41")]
public sealed class ReadWhilePrunedTests : IDisposable
{
    private const string Repository = "local/web";
    private static readonly AppKey App = new("web", "production");
    private static readonly CommitSha Commit = CommitSha.Parse(new string('a', 40));

    private readonly TemporaryDirectory _directory = new();
    private readonly EagerlyPrunedStore _store;
    private readonly OciLayout _layout;
    private readonly Digest _image;

    public ReadWhilePrunedTests()
    {
        _store = new EagerlyPrunedStore(_directory["data"], App.App);
        _layout = OciLayout.Open(_store.Name);
        _image = LocalImages.Write(_layout, LocalImages.App, LocalImages.Layer(LocalImages.File("app/web", "program", LocalImages.Program)));
        var size = new FileInfo(_layout.BlobPath(_image)).Length;
        _layout.SetReference(Commit.ToString(), new Descriptor { MediaType = MediaTypes.Manifest, Size = size, Digest = _image }, Ct);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_that_is_being_unpacked_is_not_removed()
    {
        var unpacked = await new ImageStore(new LocalLayout(_directory["data"]), TimeProvider.System).UseAsync(App, _image, () => _store, Ct);

        File.ReadAllText(Path.Combine(unpacked.RootDirectory, "app/web")).ShouldBe("program");
        await ShouldBeRemovableAsync();
    }

    [Fact]
    public async Task An_image_whose_signature_is_being_checked_is_not_removed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var payload = new SimpleSigning(Repository, _image, OciAnnotations.None.Add(SignedFacts.GitSha, Commit.ToString())).ToBytes();
        SignatureManifest.Write(_layout, _image, [(payload, key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))], Ct);

        var accepted = await new SignatureCheck(_store, Repository, [PublicKey.Of(key)]).VerifyAsync(_image, Commit, Ct);

        accepted.By.Key!.ShouldBe(PublicKey.Of(key));
        await ShouldBeRemovableAsync();
    }

    private async Task ShouldBeRemovableAsync()
    {
        _store.Attempts.ShouldBePositive("or this test shows nothing");
        (await StorePruning.KeepOnlyAsync(_store.Name, new HashSet<Digest>(), newest: 0, Ct)).ShouldBe(1, "the lock ended with the reading");
    }
}

using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Registries;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Tests.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Where signatures and attestations go, and how they are found again.</summary>
public sealed class BundleStorageTests : IAsyncLifetime
{
    private readonly ScannedImage _image = new();
    private readonly ReleaseRecord _record;
    private TestRegistry _registry = null!;

    public BundleStorageTests() => _record = _image.WriteScanned();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Digest Image => _record.Bake!.Digest;

    public async ValueTask InitializeAsync() => _registry = await TestRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _image.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    [InlineData(1)]
    public async Task Every_statement_is_found_in_both_forms(int? referrersPage)
    {
        _registry.ReferrersPage = referrersPage;

        await ReleaseAsync(_registry.Host);

        var store = Open(_registry.Host);
        string[] attested = [PredicateTypes.CycloneDx, PredicateTypes.Scan, PredicateTypes.Provenance];
        (await BundlesAsync(store)).ShouldBe([PredicateTypes.Signature, .. attested], ignoreOrder: true);
        (await EnvelopesAsync(store)).ShouldBe(attested, ignoreOrder: true);
        (await store.FindTagAsync(SignatureManifest.TagOf(Image), Ct)).ShouldNotBeNull();
        (await store.FindTagAsync(ReferrersTag.Of(Image), Ct) is null).ShouldBe(referrersPage is not null, "the fallback tag is for registries without the API");
    }

    [Fact]
    public async Task The_embedded_store_has_both_forms_too()
    {
        await ReleaseAsync(null);

        var store = ImageStores.Open("local/web", _image.Scratch["data"], null!, RegistryAccess.Pull);
        (await BundlesAsync(store)).Length.ShouldBe(4);
        (await EnvelopesAsync(store)).Length.ShouldBe(3);
    }

    [Theory, Trait("Fault", "F07")]
    [InlineData(null)]
    [InlineData(100)]
    public async Task A_second_release_of_the_commit_signs_and_sends_nothing(int? referrersPage)
    {
        _registry.ReferrersPage = referrersPage;
        await ReleaseAsync(_registry.Host);
        var before = _registry.Requests.Count;

        (await ReleaseAsync(_registry.Host)).Push!.AlreadyThere.ShouldBeTrue();

        _registry.Requests.Skip(before).ShouldNotContain(request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory, Trait("Fault", "F07")]
    [InlineData(null)]
    [InlineData(100)]
    public async Task What_another_job_signed_is_not_said_again(int? referrersPage)
    {
        _registry.ReferrersPage = referrersPage;
        await ReleaseAsync(_registry.Host);
        Forget();

        (await ReleaseAsync(_registry.Host, record => record with { ReleaseId = "another run" })).Push!.AlreadyThere.ShouldBeTrue();

        (await BundlesAsync(Open(_registry.Host))).Length.ShouldBe(4);
    }

    [Theory]
    [InlineData(23, 4)]
    [InlineData(25, 5)]
    public async Task A_scan_is_attested_again_once_it_says_more(int hoursLater, int expected)
    {
        await ReleaseAsync(_registry.Host);
        Forget();

        await ReleaseAsync(_registry.Host, record => record with { Scan = record.Scan! with { At = record.Scan.At.AddHours(hoursLater) } });

        (await BundlesAsync(Open(_registry.Host))).Length.ShouldBe(expected);
    }

    [Fact]
    public async Task Artefacts_of_others_stay_and_are_passed_over()
    {
        var layout = OciLayout.Open(_record.Bake!.Layout);
        var other = new ImmutableBuild.Images.Oci.ImageManifest
        {
            MediaType = ImmutableBuild.Images.Oci.MediaTypes.Manifest,
            Config = layout.WriteBlob("application/vnd.oci.empty.v1+json", "{}"u8),
            Layers = [layout.WriteBlob("text/plain", "of others"u8)],
            ArtifactType = "text/plain",
            Subject = (await layout.ReadManifestContentAsync(Image, Ct)).Descriptor,
        };
        var bytes = ImmutableBuild.Images.Oci.OciJson.Write(other);
        var manifest = new ManifestContent(Digest.Of(bytes), other.MediaType!, bytes);
        var store = Open(_registry.Host);
        await store.AddReferrersAsync(Image, [(manifest, manifest.Descriptor)], Ct);

        await ReleaseAsync(_registry.Host);

        (await store.ListReferrersAsync(Image, Ct)).Select(entry => entry.Digest).ShouldContain(manifest.Digest);
        (await BundlesAsync(store)).Length.ShouldBe(4);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public async Task S19_two_who_sign_at_once_lose_nothing(int? referrersPage)
    {
        _registry.ReferrersPage = referrersPage;
        using var other = new ScannedImage();
        var theirs = other.WriteScanned();
        theirs.Bake!.Digest.ShouldBe(Image);

        // Both have looked at what is there before either of them puts a signature.
        var looked = new CountdownEvent(2);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        _registry.Before = async context =>
        {
            var path = context.Request.Path.Value!;
            if (context.Request.Method == "GET" && path.EndsWith(".sig", StringComparison.Ordinal) && seen.AddOrUpdate(path, 1, (_, count) => count + 1) <= 2)
            {
                looked.Signal();
            }

            if (context.Request.Method == "PUT" && path.EndsWith(".sig", StringComparison.Ordinal))
            {
                await Task.Run(() => looked.Wait(TimeSpan.FromSeconds(30)));
            }

            return false;
        };

        await Task.WhenAll(ReleaseAsync(_registry.Host), ReleaseAsync(_registry.Host, _ => theirs, other));

        var store = Open(_registry.Host);
        (await store.ReadManifestAsync((await store.FindTagAsync(SignatureManifest.TagOf(Image), Ct))!.Digest, Ct)).Layers.Length.ShouldBe(2);
        (await store.ReadManifestAsync((await store.FindTagAsync(AttestationManifest.TagOf(Image), Ct))!.Digest, Ct)).Layers.Length.ShouldBe(6);
        (await store.ListReferrersAsync(Image, Ct)).Length.ShouldBe(9, "both mean the same bill of materials");
    }

    private static string KeyOf(ScannedImage image) => image.Scratch["data", "keys", "cosign.pub"];

    // As in another job: the image is baked again, and nothing is known of the signatures that were made.
    private void Forget() => OciLayout.Open(_record.Bake!.Layout).KeepReferences(entry => !SignatureTag.Is(OciLayout.NameOf(entry)), Ct);

    private async Task<string[]> BundlesAsync(IImageStore store)
    {
        var reading = new StatementReading(store, [PublicKey.Parse(await File.ReadAllTextAsync(KeyOf(_image), Ct))], Image);
        await reading.ReadReferrersAsync(await store.ListReferrersAsync(Image, Ct), Ct);
        reading.Refused.ShouldBeEmpty();
        return [.. reading.Accepted.Select(signed => signed.Statement.PredicateType)];
    }

    private async Task<string[]> EnvelopesAsync(IImageStore store)
    {
        var reading = new StatementReading(store, [PublicKey.Parse(await File.ReadAllTextAsync(KeyOf(_image), Ct))], Image);
        var manifest = await store.FindTagAsync(AttestationManifest.TagOf(Image), Ct);
        await reading.ReadAttestationsAsync((await store.ReadManifestAsync(manifest!.Digest, Ct)).Layers, Ct);
        reading.Refused.ShouldBeEmpty();
        return [.. reading.Accepted.Select(signed => signed.Statement.PredicateType)];
    }

    private static IImageStore Open(string host) =>
        ImageStores.Open($"{host}/web", "", new RegistryConnector(new PushOptions(), static _ => null, TimeProvider.System), RegistryAccess.Pull);

    private async Task<ReleaseRecord> ReleaseAsync(string? registry, Func<ReleaseRecord, ReleaseRecord>? change = null, ScannedImage? image = null)
    {
        var context = StageContexts.Make((image ?? _image).Scratch.Path, options => options with { Push = new PushOptions { Registry = registry } });
        var signed = await new SignStage().RunAsync(change?.Invoke(_record) ?? _record, context, Ct);
        return (await new PushStage().RunAsync(signed.Record, context, Ct)).Record;
    }
}

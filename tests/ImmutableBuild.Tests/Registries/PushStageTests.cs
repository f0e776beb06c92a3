using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Registries;

/// <summary>Push into each kind of store; what holds for one holds for the other.</summary>
public abstract class PushStageTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));

    internal TemporaryDirectory Place { get; } = new();

    protected abstract string? Registry { get; }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        _key.Dispose();
        _connector.Dispose();
        Place.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Image_and_signature_arrive_and_can_be_read_by_digest()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);

        var push = await Pushing.PushAsync(Place, record, Registry);

        push.Repository.ShouldBe(Registry is null ? "local/web" : $"{Registry}/me/web");
        (push.Tag, push.Digest, push.AlreadyThere).ShouldBe((Baking.Commit, record.Bake!.Digest, false));
        push.BytesSent.ShouldBeGreaterThan(record.Bake.Layers.Sum(layer => layer.Size));
        var store = Open(push.Repository);
        (await store.FindTagAsync(Baking.Commit, None)).ShouldNotBeNull().Digest.ShouldBe(push.Digest);
        (await store.FindTagAsync(Pushing.TagOf(push.Digest), None)).ShouldNotBeNull().Digest.ShouldBe(record.Sign!.SignatureManifest);
        using var files = await ImageFileSystem.OpenAsync(store, push.Digest, Place["scratch"], new ImageLimits(), None);
        files.Find("/app/Web").ShouldNotBeNull();
    }

    [Fact]
    [Trait("Fault", "F36")]
    [Trait("SdkDefect", "tag-replaced")]
    public async Task Other_tags_name_the_image_as_well_and_never_move()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        var push = await Pushing.PushAsync(Place, record, Registry, "1.0.0", "first");
        var store = Open(push.Repository);

        push.AlsoTagged.ShouldBe(["1.0.0", "first"]);
        (await store.FindTagAsync("1.0.0", None)).ShouldNotBeNull().Digest.ShouldBe(push.Digest);
        (await Pushing.PushAsync(Place, record, Registry, "1.0.0")).AlreadyThere.ShouldBeTrue();

        // The next commit wants one that is taken: nothing of it is sent.
        var compile = record.Compile with { Commit = ImmutableBuild.Releases.CommitSha.Parse(new string('b', 40)) };
        var next = Pushing.Sign(Baking.Record(compile) with { Bake = await Baking.RunAsync(Place, compile) }, _key);
        var refused = await Should.ThrowAsync<ImmutableBuildException>(Pushing.PushAsync(Place, next, Registry, "2.0.0", "1.0.0"));

        refused.Code.ShouldBe("IMB5008");
        refused.Message.ShouldContain("ContainerImageTags");
        (await store.FindTagAsync("2.0.0", None)).ShouldBeNull();
        (await store.FindTagAsync(compile.Commit.ToString(), None)).ShouldBeNull();
        (await store.FindTagAsync("1.0.0", None)).ShouldNotBeNull().Digest.ShouldBe(push.Digest);
    }

    [Fact]
    public async Task Of_several_platforms_all_images_arrive_under_one_digest()
    {
        var outputs = new[] { "linux-x64", "linux-arm64" }.Select(runtime => new PublishRecord
        {
            Directory = PublishOutput.Write(Place[runtime], [("Web", PublishOutput.Elf + runtime)]), RuntimeIdentifier = runtime, SelfContained = true, EntryPoint = "Web",
        });
        var compile = Baking.Compile("") with { Published = [.. outputs] };
        var record = Pushing.Sign(Baking.Record(compile) with { Bake = await Baking.RunAsync(Place, compile) }, _key);

        var push = await Pushing.PushAsync(Place, record, Registry);

        push.Digest.ShouldBe(record.Bake!.Digest);
        var store = Open(push.Repository);
        (await store.FindTagAsync(Baking.Commit, None)).ShouldNotBeNull().Digest.ShouldBe(push.Digest);
        foreach (var image in record.Bake.Images)
        {
            using var files = await ImageFileSystem.OpenAsync(store, image.Digest, Place["scratch"], new ImageLimits(), None);
            files.Config.Architecture.ShouldBe(image.Platform["linux/".Length..]);
        }

        (await Pushing.PushAsync(Place, record, Registry)).AlreadyThere.ShouldBeTrue();
    }

    [Fact]
    public async Task Uncommitted_changes_take_no_tag_away_from_a_commit()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);

        var push = await Pushing.PushAsync(Place, record with { Compile = record.Compile with { Dirty = true } }, Registry, "1.0.0");

        push.AlsoTagged.ShouldBeEmpty();
        (await Open(push.Repository).FindTagAsync("1.0.0", None)).ShouldBeNull();
    }

    [Fact]
    [Trait("Fault", "F36")]
    [Trait("Fault", "F07")]
    public async Task Pushing_again_sends_nothing()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        await Pushing.PushAsync(Place, record, Registry);

        var again = await Pushing.PushAsync(Place, record, Registry);

        (again.AlreadyThere, again.BytesSent).ShouldBe((true, 0L));
    }

    [Fact]
    [Trait("Fault", "F07")]
    public async Task Pushing_again_with_another_signature_of_the_same_key_sends_nothing()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        await Pushing.PushAsync(Place, record, Registry);

        var again = await Pushing.PushAsync(Place, Pushing.Sign(record, _key), Registry);

        again.AlreadyThere.ShouldBeTrue();
        (await Open(again.Repository).FindTagAsync(Pushing.TagOf(again.Digest), None)).ShouldNotBeNull().Digest.ShouldBe(record.Sign!.SignatureManifest);
    }

    [Fact]
    public async Task A_signature_of_another_key_is_added_and_none_is_lost()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        await Pushing.PushAsync(Place, record, Registry);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var again = await Pushing.PushAsync(Place, Pushing.Sign(record, other), Registry);

        again.AlreadyThere.ShouldBeFalse();
        var store = Open(again.Repository);
        var tag = (await store.FindTagAsync(Pushing.TagOf(again.Digest), None)).ShouldNotBeNull();
        var manifest = OciJson.ParseManifest(tag.Bytes, "here");
        manifest.Layers.Length.ShouldBe(2);
        (await store.ReadConfigAsync(manifest, None)).RootFs.DiffIds.Length.ShouldBe(2);
    }

    [Fact]
    [Trait("Fault", "F36")]
    [Trait("SdkDefect", "tag-replaced")]
    public async Task The_commits_tag_with_another_digest_is_refused_and_left_alone()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        var first = await Pushing.PushAsync(Place, record, Registry);
        File.WriteAllText(Place["out/Web.dll"], "other content of the same commit");
        var bake = await Baking.RunAsync(Place, record.Compile);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, Pushing.Sign(record with { Bake = bake }, _key), Registry));

        fault.Code.ShouldBe("IMB5008");
        (await Open(first.Repository).FindTagAsync(Baking.Commit, None)).ShouldNotBeNull().Digest.ShouldBe(first.Digest);
    }

    [Fact]
    public async Task A_dirty_tree_never_takes_the_commits_tag()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);

        var push = await Pushing.PushAsync(Place, record with { Compile = record.Compile with { Dirty = true } }, Registry);

        push.Tag.ShouldBe($"{Baking.Commit}-dirty-{push.Digest.Hex[..12]}");
        (await Open(push.Repository).FindTagAsync(Baking.Commit, None)).ShouldBeNull();
    }

    [Fact]
    public async Task An_edit_sends_its_own_layer_only()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        await Pushing.PushAsync(Place, record, Registry);
        File.WriteAllText(Place["out/Web.dll"], "edited");
        var compile = record.Compile with { Commit = ImmutableBuild.Releases.CommitSha.Parse(new string('b', 40)) };
        var bake = await Baking.RunAsync(Place, compile);

        var push = await Pushing.PushAsync(Place, Pushing.Sign(record with { Compile = compile, Bake = bake }, _key), Registry);

        var app = bake.Layers[^1].Size;
        push.BytesSent.ShouldBeInRange(app + 1, app + 4096, "layer, configuration and signature");
    }

    [Fact]
    public async Task Without_an_image_or_signature_there_is_nothing_to_push()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);

        (await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, record with { Bake = null }, Registry))).Code.ShouldBe("IMB5011");
        (await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, record with { Sign = null }, Registry))).Code.ShouldBe("IMB5011");
    }

    [Fact]
    public async Task A_blob_damaged_in_the_layout_never_arrives()
    {
        var record = await Pushing.BakedAndSignedAsync(Place, _key);
        var path = OciLayout.Open(record.Bake!.Layout).BlobPath(record.Bake.Layers[^1].Digest);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, record, Registry));

        (await Open(Registry is null ? "local/web" : $"{Registry}/me/web").FindTagAsync(Baking.Commit, None)).ShouldBeNull();
    }

    private IImageStore Open(string repository) => ImageStores.Open(repository, Baking.Options(Place).DataDirectory, _connector, RegistryAccess.Pull);
}

public sealed class PushToEmbeddedStoreTests : PushStageTests
{
    protected override string? Registry => null;
}

public sealed class PushToRegistryTests : PushStageTests
{
    private TestRegistry _registry = null!;

    protected override string? Registry => _registry.Host;

    public override async ValueTask InitializeAsync() => _registry = await TestRegistry.StartAsync();

    public override async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    [Trait("Fault", "F34")]
    public async Task A_tag_moved_while_it_is_pushed_is_found_out()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(Place, key);
        _registry.After = context =>
        {
            if (context.Request.Method == "PUT" && context.Request.Path.Value!.EndsWith(Baking.Commit, StringComparison.Ordinal))
            {
                _registry.SetManifest("me/web", Baking.Commit, MediaTypes.Manifest, """{"schemaVersion":2,"layers":[]}"""u8.ToArray());
            }
        };

        (await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, record, Registry))).Code.ShouldBe("IMB5008");
    }

    [Fact]
    [Trait("Fault", "F39")]
    public async Task Nothing_is_named_where_a_layer_found_no_room()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(Place, key);
        var layers = record.Bake!.Layers.Select(layer => layer.Digest.ToString()).ToArray();
        _registry.Before = async context =>
        {
            if (context.Request.Method != "PUT" || !layers.Contains(context.Request.Query["digest"].ToString()))
            {
                return false;
            }

            // Long enough for all that does not wait for it.
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            context.Response.StatusCode = 400;
            return true;
        };

        (await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, record, Registry))).Code.ShouldBe("IMB5004");

        _registry.Requests.Where(request => request.StartsWith("PUT ", StringComparison.Ordinal)).ShouldAllBe(request => request.Contains("/blobs/uploads/"));
    }

    [Fact]
    public async Task More_signatures_than_are_ever_read_are_not_fetched_to_add_another()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(Place, key);
        var tag = Pushing.TagOf((await Pushing.PushAsync(Place, record, Registry)).Digest);
        var layout = OciLayout.Open(record.Bake!.Layout);
        var there = OciJson.ParseManifest(File.ReadAllBytes(layout.BlobPath(record.Sign!.SignatureManifest)), layout.Name);
        _registry.SetManifest("me/web", tag, MediaTypes.Manifest, OciJson.Write(there with { Layers = [there.Layers[0] with { Size = 1L << 40 }] }));

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => Pushing.PushAsync(Place, Pushing.Sign(record, other), Registry));

        refused.Code.ShouldBe("IMB2004");
        refused.Message.ShouldContain(tag);
    }
}

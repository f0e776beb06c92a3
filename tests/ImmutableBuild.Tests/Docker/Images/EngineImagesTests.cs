using System.Buffers.Text;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Docker.Api;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Docker.Images;

/// <summary>What is asked of an engine, and what is made of its answers.</summary>
public sealed class EngineImagesTests : IAsyncDisposable
{
    private const string Repository = "registry.example.com/team/shop";

    private readonly ScriptedEngine _engine = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;
    private readonly Descriptor _image;
    private readonly Digest _config;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal) { ["USER"] = "robot", ["PASSWORD"] = "s3cret" };

    // What the engine answers to questions for images, by the name asked for.
    private readonly Dictionary<string, string> _there = new(StringComparer.Ordinal);
    private string _change = ScriptedEngine.Reply("200 OK", "{}");

    public EngineImagesTests()
    {
        _layout = OciLayout.OpenOrCreate(_directory["layout"]);
        _image = TestImage.Write(_layout, "content"u8.ToArray());
        _config = OciJson.ParseManifest(File.ReadAllBytes(_layout.BlobPath(_image.Digest)), "").Config.Digest;
        _engine.Answer = AnswerAsync;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Pulled => $"{Repository}@{_image.Digest}";

    private string Loaded => $"docker.io/local/shop:{_image.Digest.Hex[..12]}";

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task From_a_registry_an_image_is_pulled_by_digest_with_the_credential_for_that_registry()
    {
        WhenChanged(Pulled, _config.ToString());
        (await EnsureAsync(Repository)).ShouldBe(_config.ToString());
        var pull = Changes().ShouldHaveSingleItem();
        Uri.UnescapeDataString(pull.Line).ShouldBe($"POST /v1.41/images/create?fromImage={Pulled} HTTP/1.1");
        var header = pull.Head.Split("\r\n").Single(line => line.StartsWith("X-Registry-Auth: ", StringComparison.Ordinal))["X-Registry-Auth: ".Length..];
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header)).ShouldBe("""{"username":"robot","password":"s3cret","serveraddress":"registry.example.com"}""");
        (header.Length % 4).ShouldBe(0, "an engine passes over a credential without its padding");
    }

    [Fact]
    public async Task Another_registry_doesn_t_get_the_credential()
    {
        WhenChanged($"other.example.com/shop@{_image.Digest}", _config.ToString());
        await EnsureAsync("other.example.com/shop");
        Changes().ShouldHaveSingleItem().Head.ShouldNotContain("X-Registry-Auth");
    }

    [Theory]
    [InlineData(Repository)]
    [InlineData("local/shop")]
    public async Task What_is_there_is_not_brought_again(string repository)
    {
        _there[_config.ToString()] = Inspected(_config.ToString(), $"local/shop:{_image.Digest.Hex[..12]}");
        (await EnsureAsync(repository)).ShouldBe(_config.ToString());
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_there_under_another_name_gets_its_own()
    {
        _there[_config.ToString()] = Inspected(_config.ToString(), "other:1");
        (await EnsureAsync("local/shop")).ShouldBe(_config.ToString());
        Changes().ShouldHaveSingleItem().Line.ShouldContain($"/tag?repo=docker.io%2Flocal%2Fshop&tag={_image.Digest.Hex[..12]}");
    }

    [Fact]
    public async Task An_engine_that_names_images_by_their_manifest_is_understood()
    {
        WhenChanged(Pulled, _image.Digest.ToString());
        (await EnsureAsync(Repository)).ShouldBe(_image.Digest.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_an_index_it_runs_the_image_for_its_own_platform(bool namesByIndex)
    {
        var other = _layout.WriteBlob(MediaTypes.Manifest, "{}"u8) with { Platform = new Platform { Os = "linux", Architecture = "arm64" } };
        var index = new ImageIndex { MediaType = MediaTypes.Index, Manifests = [other, _image with { Platform = new Platform { Os = "linux", Architecture = "amd64" } }] };
        var image = _layout.WriteBlob(MediaTypes.Index, OciJson.Write(index)).Digest;
        WhenChanged($"{Repository}@{image}", namesByIndex ? image.ToString() : _config.ToString());

        (await EnsureAsync(Repository, image)).ShouldBe(namesByIndex ? image.ToString() : _config.ToString());

        Uri.UnescapeDataString(Changes().ShouldHaveSingleItem().Line).ShouldContain($"fromImage={Repository}@{image}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_image_than_the_one_that_was_asked_for_is_refused(bool fromRegistry)
    {
        var other = $"sha256:{new string('e', 64)}";
        WhenChanged(fromRegistry ? Pulled : Loaded, other);
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync(fromRegistry ? Repository : "local/shop"));
        fault.Code.ShouldBe("IMB6221");
        fault.Message.ShouldContain(other);
        fault.Message.ShouldContain(_config.ToString());
    }

    [Fact]
    public async Task An_engine_that_has_nothing_after_a_pull_is_not_believed()
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync(Repository));
        (fault.Code, fault.Message.Contains("no such image", StringComparison.Ordinal)).ShouldBe(("IMB6221", true));
    }

    [Fact]
    public async Task A_pull_that_is_refused_says_where_and_whether_there_was_a_credential()
    {
        _change = ScriptedEngine.Reply("404 Not Found", """{"message":"pull access denied"}""");
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync(Repository));
        fault.Code.ShouldBe("IMB6220");
        fault.Message.ShouldContain(Pulled);
        fault.Message.ShouldContain("with the credential");
        fault.Message.ShouldContain("pull access denied");
        fault.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_pull_that_is_cut_may_be_tried_again()
    {
        _change = "";
        (await Should.ThrowAsync<DockerApiException>(() => EnsureAsync(Repository))).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_layer_found_damaged_on_its_way_is_what_is_reported()
    {
        var layer = (await _layout.ReadManifestAsync(_image.Digest, Token)).Layers[0].Digest;
        var bytes = await File.ReadAllBytesAsync(_layout.BlobPath(layer), Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_layout.BlobPath(layer), bytes, Token);
        (await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync("local/shop"))).Code.ShouldBe("IMB2002");
    }

    [Theory]
    [InlineData("local/../x")]
    [InlineData("host:5000/UPPER")]
    [InlineData("host:5000/a?b")]
    public async Task A_repository_that_is_none_is_not_asked_for(string repository)
    {
        (await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync(repository))).Code.ShouldBe("IMB5001");
        Changes().ShouldBeEmpty();
    }

    private async Task<string> EnsureAsync(string repository, Digest? image = null)
    {
        await using var client = await _engine.ConnectAsync();
        var options = new PushOptions { Registry = "registry.example.com", UserVariable = "USER", PasswordVariable = "PASSWORD" };
        var images = new EngineImages(client, _ => _layout, new RegistryCredentials(options, _variables.GetValueOrDefault));
        return await images.EnsureAsync(repository, image ?? _image.Digest, Token);
    }

    private IEnumerable<ScriptedRequest> Changes() => _engine.Requests.Where(request => request.Line.StartsWith("POST", StringComparison.Ordinal));

    private void WhenChanged(string name, string id) => _there[$"changed {name}"] = Inspected(id);

    private static string Inspected(string id, params string[] tags) => $$"""{"Id":"{{id}}","RepoTags":[{{string.Join(',', tags.Select(tag => $"\"{tag}\""))}}]}""";

    private Task AnswerAsync(ScriptedRequest request, Stream stream, CancellationToken token)
    {
        if (request.Line.StartsWith("POST", StringComparison.Ordinal))
        {
            return ScriptedEngine.SendAsync(stream, _change, token);
        }

        if (request.Line.Contains("/version", StringComparison.Ordinal))
        {
            return ScriptedEngine.SendAsync(stream, ScriptedEngine.Reply("200 OK", """{"Os":"linux","Arch":"amd64"}"""), token);
        }

        var name = Uri.UnescapeDataString(request.Line["GET /v1.41/images/".Length..^"/json HTTP/1.1".Length]);
        var found = _there.GetValueOrDefault(name) ?? (Changes().Any() ? _there.GetValueOrDefault($"changed {name}") : null);
        return ScriptedEngine.SendAsync(stream, found is null ? ScriptedEngine.Reply("404 Not Found", """{"message":"No such image"}""") : ScriptedEngine.Reply("200 OK", found), token);
    }
}

using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Docker.Api;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Docker.Images;

/// <summary>What is baked, upon a base in a layout, for an engine that says what a test wants.</summary>
public sealed class GatewayImageTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);
    private bool _has = true;

    public GatewayImageTests()
    {
        _engine.VersionReply = ScriptedEngine.Reply("200 OK", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}""");
        _engine.Answer = AnswerAsync;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _engine.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("root", null, "1654")]
    [InlineData("", "4000", "4000")]
    [InlineData("web", null, "web")]
    public async Task It_runs_the_gateway_upon_its_base_and_never_as_root(string baseUser, string? appUid, string expected)
    {
        var run = new RunConfig { User = baseUser, Env = appUid is null ? ["PATH=/bin"] : ["PATH=/bin", $"APP_UID={appUid}"], Cmd = ["sh"], Labels = OciAnnotations.None.Add("of", "base") };
        var made = await EnsureAsync("data", WriteBase("base", run));
        var layout = OciLayout.Open(LayoutOf("data"));
        var manifest = await layout.ReadManifestAsync(made.Digest, Token);
        var config = await layout.ReadConfigAsync(manifest, Token);
        config.Config!.User.ShouldBe(expected);
        config.Config.Entrypoint!.Value.ShouldBe(["dotnet", "/gateway/ImmutableBuild.Gateway.dll"]);
        config.Config.Cmd.ShouldBeNull();
        config.Config.Env!.Value[0].ShouldBe("PATH=/bin");
        config.Config.Labels!["of"].ShouldBe("base");
        config.Config.Labels[OciAnnotations.Title].ShouldBe("ImmutableBuild gateway");
        config.Config.Labels[OciAnnotations.Version].ShouldStartWith("0.1.0");
        config.Config.Labels[OciAnnotations.BaseDigest].ShouldBe(made.BaseDigest.ToString());
        config.RootFs.DiffIds.Length.ShouldBe(manifest.Layers.Length);
        made.Name.ShouldBe($"immutablebuild/gateway:{made.Digest.Hex[..12]}");
        made.Id.ShouldBe(manifest.Config.Digest.ToString());
    }

    [Fact]
    public async Task The_same_files_and_base_give_the_same_image_wherever_they_are()
    {
        var run = new RunConfig();
        var first = await EnsureAsync("one", WriteBase("base", run));
        (await EnsureAsync("two", WriteBase("base-elsewhere", run))).ShouldBe(first);
        (await EnsureAsync("one", WriteBase("other-base", new RunConfig { StopSignal = "SIGINT" }))).Digest.ShouldNotBe(first.Digest);
    }

    [Fact]
    public async Task Where_the_engine_has_it_the_base_is_not_copied()
    {
        var reference = WriteBase("base", new RunConfig());
        await EnsureAsync("data", reference);
        File.Exists(OciLayout.Open(LayoutOf("data")).BlobPath(BaseLayer)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_base_that_was_tampered_with_is_refused()
    {
        _has = false;
        var reference = WriteBase("base", new RunConfig());
        var file = OciLayout.OpenForeign(_directory["base"]).BlobPath(BaseLayer);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        (await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync("data", reference))).Code.ShouldBe("IMB2002");
        _engine.Requests.ShouldNotContain(request => request.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_engine_of_another_platform_gets_no_image_of_this_one()
    {
        _engine.VersionReply = _engine.VersionReply.Replace("\"amd64\"", "\"arm64\"", StringComparison.Ordinal);
        (await Should.ThrowAsync<ImmutableBuildException>(() => EnsureAsync("data", WriteBase("base", new RunConfig())))).Code.ShouldBe("IMB2009");
    }

    [Fact]
    public async Task A_platform_that_is_none_is_not_understood()
    {
        _engine.VersionReply = ScriptedEngine.Reply("200 OK", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"a\u001b[2J"}""");
        (await Should.ThrowAsync<DockerApiException>(() => EnsureAsync("data", WriteBase("base", new RunConfig())))).Kind.ShouldBe(DockerErrorKind.NotUnderstood);
    }

    private static byte[] BaseTar => "base"u8.ToArray();

    private static Digest BaseLayer => Digest.Of(TestImage.Gzip(BaseTar));

    private string LayoutOf(string data) => Path.Combine(_directory[data], "cache", "gateway", "image");

    private string WriteBase(string name, RunConfig run)
    {
        var layout = OciLayout.OpenOrCreate(_directory[name]);
        layout.SetReference("1", TestImage.Write(layout, run, (TestImage.Gzip(BaseTar), Digest.Of(BaseTar))), Token);
        return $"oci:{layout.Directory}:1";
    }

    private async Task<LoadedGateway> EnsureAsync(string data, string reference)
    {
        await using var client = await _engine.ConnectAsync();
        var images = new EngineImages(client, static _ => throw new InvalidOperationException("No repository is needed."), new RegistryCredentials(new PushOptions(), static _ => null));
        return await new GatewayImage(_directory[data], client, images, _connector).EnsureAsync(AppContext.BaseDirectory, reference, Token);
    }

    // An engine that has whatever it is asked for, or nothing.
    private Task AnswerAsync(ScriptedRequest request, Stream stream, CancellationToken token)
    {
        var asked = Uri.UnescapeDataString(request.Line.Split(' ')[1]).Replace("/v1.41/images/", "", StringComparison.Ordinal).Replace("/json", "", StringComparison.Ordinal);
        var isInspection = request.Line.StartsWith("GET", StringComparison.Ordinal);
        return ScriptedEngine.SendAsync(
            stream,
            request.Line.Contains("/version", StringComparison.Ordinal) ? _engine.VersionReply
                : !isInspection ? ScriptedEngine.Reply("201 Created", "")
                : _has ? ScriptedEngine.Reply("200 OK", $$"""{"Id":"{{asked}}"}""")
                : ScriptedEngine.Reply("404 Not Found", """{"message":"No such image"}"""),
            token);
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

public sealed class RegistryAuthenticationTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = "content"u8.ToArray();
    private static readonly Descriptor Blob = new() { MediaType = "m", Size = Content.Length, Digest = Digest.Of(Content) };
    private static readonly string BasicHeader = "Basic " + Convert.ToBase64String("me:s3cret"u8);

    private TestRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _registry.SetBlob(Content);
    }

    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    [Fact]
    public async Task Basic_credentials_are_sent_once_asked_for()
    {
        _registry.Before = Demand("Basic realm=\"x\"", BasicHeader);
        using var connector = Connector();

        (await Client(connector).HasBlobAsync(Blob, None)).ShouldBeTrue();
        _registry.Authorizations.ShouldBe([null, BasicHeader]);
    }

    [Fact]
    public async Task A_bearer_token_is_fetched_for_the_repository_and_kept()
    {
        _registry.Before = Tokens("t1");
        using var connector = Connector();
        var client = Client(connector);

        await client.HasBlobAsync(Blob, None);
        await client.HasBlobAsync(Blob, None);

        _registry.Authorizations.ShouldBe([null, BasicHeader, "Bearer t1", "Bearer t1"]);
    }

    [Fact]
    [Trait("Fault", "F43")]
    public async Task A_token_that_expires_is_fetched_anew()
    {
        _registry.Before = Tokens("t1");
        using var connector = Connector();
        var client = Client(connector);
        await client.HasBlobAsync(Blob, None);
        _registry.Before = Tokens("t2");

        (await client.HasBlobAsync(Blob, None)).ShouldBeTrue();

        _registry.Authorizations.Last().ShouldBe("Bearer t2");
    }

    [Fact]
    public async Task Without_a_credential_a_token_is_asked_for_anonymously()
    {
        _registry.Before = Tokens("t1");
        using var connector = new RegistryConnector(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));

        (await Client(connector).HasBlobAsync(Blob, None)).ShouldBeTrue();
        _registry.Authorizations.ShouldBe([null, null, "Bearer t1"]);
    }

    [Fact]
    public async Task A_refused_credential_is_an_error_that_does_not_show_it()
    {
        _registry.Before = Demand("Basic realm=\"x\"", "Basic other");
        using var connector = Connector();

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => Client(connector).HasBlobAsync(Blob, None));

        fault.Code.ShouldBe("IMB5003");
        fault.ToString().ShouldNotContain("s3cret");
        _registry.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_redirect_to_another_host_does_not_take_the_credential_along()
    {
        await using var storage = await TestRegistry.StartAsync();
        storage.SetBlob(Content);
        _registry.Before = async context =>
        {
            if (!await Demand("Basic realm=\"x\"", BasicHeader)(context))
            {
                context.Response.Redirect($"http://{storage.Host}/v2/s/blobs/{Blob.Digest}");
            }

            return true;
        };
        using var connector = Connector();

        (await Client(connector).HasBlobAsync(Blob, None)).ShouldBeTrue();
        storage.Authorizations.ShouldBe([null]);
    }

    [Theory]
    [InlineData("http://tokens.example.com/t")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/t")]
    [InlineData("https://[fe80::1]/t")]
    [InlineData("https://[::ffff:10.0.0.1]/t")]
    [InlineData("https://localhost/t")]
    [InlineData("https://user:pw@ghcr.io/t")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/relative")]
    [InlineData(null)]
    public void A_realm_that_must_not_be_asked_is_refused(string? realm) =>
        Should.Throw<ImmutableBuildException>(() => TokenRealm.Judge(RegistryHost.Parse("ghcr.io", allowHttp: false), realm)).Code.ShouldBe("IMB5007");

    [Fact]
    public void A_realm_that_steers_terminals_is_told_in_letters()
    {
        var told = Should.Throw<ImmutableBuildException>(() => TokenRealm.Judge(RegistryHost.Parse("ghcr.io", allowHttp: false), "\u001b[2J")).Diagnostics[0].Message;

        told.ShouldContain("\\u001b[2J");
        told.Any(char.IsControl).ShouldBeFalse();
    }

    [Theory]
    [InlineData("ghcr.io", "https://ghcr.io/token", true)]
    [InlineData("docker.io", "https://auth.docker.io/token", true)]
    [InlineData("registry.gitlab.com", "https://gitlab.com/jwt/auth", true)]
    [InlineData("ghcr.io", "https://tokens.example.com/t", false)]
    [InlineData("ghcr.io", "https://ghcr.io.example.com/t", false)]
    [InlineData("203.0.113.7", "https://198.51.113.7/t", false)]
    public void Only_the_registrys_own_domain_sees_the_credential(string registry, string realm, bool sees) =>
        TokenRealm.Judge(RegistryHost.Parse(registry, allowHttp: false), realm).MaySeeCredential.ShouldBe(sees);

    [Theory]
    [InlineData("Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:a:pull,push\"", "Bearer", 3)]
    [InlineData("Basic realm=x", "Basic", 1)]
    [InlineData("Basic realm=\"a \\\"b\\\" c\"", "Basic", 1)]
    [InlineData("Negotiate", "Negotiate", 0)]
    public void Challenges_are_parsed(string header, string scheme, int parameters)
    {
        AuthenticationChallenge.TryParse(header, out var challenge).ShouldBeTrue();

        (challenge!.Scheme, challenge.Parameters.Count).ShouldBe((scheme, parameters));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer realm=\"open")]
    [InlineData("Bearer realm=\"a\",realm=\"b\"")]
    [InlineData("Bearer realm=\"a\" service=\"b\"")]
    [InlineData("Bearer =x")]
    public void Damaged_challenges_are_refused(string header) => AuthenticationChallenge.TryParse(header, out _).ShouldBeFalse();

    [Fact]
    public void No_header_makes_the_parser_fail_otherwise_than_by_saying_no() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
            !AuthenticationChallenge.TryParse("Bearer " + text.Get, out var challenge) || challenge.Scheme == "Bearer"));

    [Fact]
    public async Task An_identity_token_goes_to_the_token_service_and_comes_back_as_an_access_token()
    {
        using var directory = new Images.TemporaryDirectory();
        File.WriteAllText(directory["config.json"], "{\"auths\":{\"" + _registry.Host + "\":{\"identitytoken\":\"refresh me\"}}}");
        _registry.Before = async context =>
        {
            if (context.Request.Path != "/token")
            {
                return await Tokens("t1")(context);
            }

            var form = await context.Request.ReadFormAsync();
            form.ToDictionary(field => field.Key, field => field.Value.ToString()).ShouldBe(
                new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = "refresh me", ["client_id"] = "ImmutableBuild", ["service"] = "test", ["scope"] = "repository:me/app:pull" },
                ignoreOrder: true);
            await context.Response.Body.WriteAsync("""{"access_token":"t1","expires_in":300}"""u8.ToArray());
            return true;
        };
        using var connector = new RegistryConnector(new PushOptions(), name => name == "DOCKER_CONFIG" ? directory.Path : null, TimeProvider.System, TimeSpan.FromMilliseconds(1));

        (await Client(connector).HasBlobAsync(Blob, None)).ShouldBeTrue();
        _registry.Authorizations.ShouldBe([null, null, "Bearer t1"]);
    }

    [Fact]
    public async Task An_identity_token_is_no_password()
    {
        using var directory = new Images.TemporaryDirectory();
        File.WriteAllText(directory["config.json"], "{\"auths\":{\"" + _registry.Host + "\":{\"identitytoken\":\"refresh me\"}}}");
        _registry.Before = Demand("Basic realm=\"x\"", "Basic never");
        using var connector = new RegistryConnector(new PushOptions(), name => name == "DOCKER_CONFIG" ? directory.Path : null, TimeProvider.System, TimeSpan.FromMilliseconds(1));

        (await Should.ThrowAsync<ImmutableBuildException>(() => Client(connector).HasBlobAsync(Blob, None))).Code.ShouldBe("IMB5003");
        _registry.Authorizations.ShouldBe([null]);
    }

    private RegistryConnector Connector() => new(
        new PushOptions { Registry = _registry.Host, UserVariable = "U", PasswordVariable = "P" },
        static name => name switch { "U" => "me", "P" => "s3cret", _ => null },
        TimeProvider.System,
        TimeSpan.FromMilliseconds(1));

    private RegistryClient Client(RegistryConnector connector) => connector.Connect(_registry.Host, "me/app", RegistryAccess.Pull);

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Demand(string challenge, string authorization) => context =>
    {
        var accepted = context.Request.Headers.Authorization == authorization;
        if (!accepted)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = challenge;
        }

        return Task.FromResult(!accepted);
    };

    private Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Tokens(string token) => async context =>
    {
        if (context.Request.Path != "/token")
        {
            return await Demand($"Bearer realm=\"http://{_registry.Host}/token\",service=\"test\"", $"Bearer {token}")(context);
        }

        context.Request.Query["scope"].ToString().ShouldBe("repository:me/app:pull");
        context.Request.Query["service"].ToString().ShouldBe("test");
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($$"""{"token":"{{token}}"}"""));
        return true;
    };
}

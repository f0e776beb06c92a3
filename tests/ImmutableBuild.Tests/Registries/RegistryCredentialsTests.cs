using ImmutableBuild.Errors;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.Processes;

namespace ImmutableBuild.Tests.Registries;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"auths":{"ghcr.io":{"auth":"bWU6czNjcmV0"}}}""", "ghcr.io", "me")]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"username":"you","password":"p"}}}""", "docker.io", "you")]
    [InlineData("""{"auths":{"ghcr.io":{"auth":"bWU6czNjcmV0","identitytoken":"t"}}}""", "ghcr.io", "<token>")]
    [InlineData("""{"auths":{"ghcr.io":{}}}""", "ghcr.io", null)]
    [InlineData("{}", "ghcr.io", null)]
    public async Task Dockers_file_is_read(string json, string host, string? user) => (await FindAsync(json, host))?.User.ShouldBe(user);

    [Fact]
    public async Task Without_the_file_there_is_none() =>
        (await new RegistryCredentials(new PushOptions(), name => name == "DOCKER_CONFIG" ? _directory.Path : null).FindAsync("ghcr.io", Token)).ShouldBeNull();

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":[]}""")]
    [InlineData("""{"credHelpers":["x"]}""")]
    [InlineData("""{"credsStore":1}""")]
    [InlineData("""{"auths":{"ghcr.io":{"auth":"***"}}}""")]
    [InlineData("""{"auths":{"ghcr.io":{"auth":"bm9jb2xvbg=="}}}""")]
    public async Task A_damaged_file_is_an_error(string json) =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => FindAsync(json, "ghcr.io"))).Code.ShouldBe("IMB5010");

    [Fact]
    public async Task A_named_variable_has_to_be_set_and_serves_its_own_registry_only()
    {
        var options = new PushOptions { Registry = "ghcr.io", PasswordVariable = "TOKEN" };

        (await Should.ThrowAsync<ImmutableBuildException>(() => new RegistryCredentials(options, static _ => null).FindAsync("ghcr.io", Token))).Code.ShouldBe("IMB5009");
        (await new RegistryCredentials(options, name => name == "TOKEN" ? "t" : null).FindAsync("mcr.microsoft.com", Token)).ShouldBeNull();
        new RegistryCredential("me", "s3cret").ToString().ShouldBe("me:<redacted>");
    }

    [Theory]
    [InlineData("""{"credsStore":"test"}""", "ghcr.io", "ghcr.io")]
    [InlineData("""{"credsStore":"other","credHelpers":{"ghcr.io":"test"}}""", "ghcr.io", "ghcr.io")]
    [InlineData("""{"credsStore":"test"}""", "docker.io", "https://index.docker.io/v1/")]
    public async Task A_helper_is_asked_for_the_server(string json, string host, string server)
    {
        WriteHelper("""read -r server; printf '{"ServerURL":"%s","Username":"of %s","Secret":"s3cret"}' "$server" "$server" """);

        var found = (await FindAsync(json, host)).ShouldNotBeNull();

        (found.User, found.Password, found.IsIdentityToken).ShouldBe(($"of {server}", "s3cret", false));
    }

    [Fact]
    public async Task A_helper_may_give_an_identity_token()
    {
        WriteHelper("""printf '{"Username":"<token>","Secret":"t0ken"}'""");

        (await FindAsync("""{"credsStore":"test"}""", "ghcr.io")).ShouldNotBeNull().IsIdentityToken.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_helper_does_not_have_may_be_in_the_file()
    {
        WriteHelper("echo 'credentials not found in native keychain'; exit 1");

        (await FindAsync("""{"credsStore":"test"}""", "ghcr.io")).ShouldBeNull();
        (await FindAsync("""{"credsStore":"test","auths":{"ghcr.io":{"auth":"bWU6czNjcmV0"}}}""", "ghcr.io")).ShouldNotBeNull().User.ShouldBe("me");
    }

    [Theory]
    [InlineData("echo s3cret; exit 3", "ended with 3")]
    [InlineData("echo s3cret", "no credential")]
    [InlineData("exec 0<&-; exit 4", "ended with 4")]
    [InlineData(null, "in no directory of the PATH")]
    public async Task A_helper_that_fails_is_named_and_not_quoted(string? script, string says)
    {
        if (script is not null)
        {
            WriteHelper(script);
        }

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => FindAsync("""{"credsStore":"test"}""", "ghcr.io"));

        (fault.Code, fault.Message.Contains("docker-credential-test")).ShouldBe(("IMB5012", true));
        fault.Message.ShouldContain(says);
        fault.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_name_that_could_be_a_path_is_refused() =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => FindAsync("""{"credsStore":"x/../../evil"}""", "ghcr.io"))).Message.ShouldContain("its name is none");

    [Fact]
    public async Task Whoever_cancels_does_not_wait_for_a_helper()
    {
        WriteHelper("exec sleep 600");
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);
        cancelled.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(() => FindAsync("""{"credsStore":"test"}""", "ghcr.io", cancelled.Token));
    }

    private Task<RegistryCredential?> FindAsync(string json, string host, CancellationToken? cancellationToken = null)
    {
        File.WriteAllText(_directory["config.json"], json);
        return new RegistryCredentials(new PushOptions(), name => name switch
        {
            "DOCKER_CONFIG" => _directory.Path,
            "PATH" => $"relative{Path.PathSeparator}{_directory.Path}",
            _ => null,
        }).FindAsync(host, cancellationToken ?? Token);
    }

    private void WriteHelper(string script) => ShellScript.Write(_directory["docker-credential-test"], script);
}

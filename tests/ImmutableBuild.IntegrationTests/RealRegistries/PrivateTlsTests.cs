using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>A registry with a certificate that only an authority of one's own vouches for: named where docker has it, or in a directory of that form, and never unverified.</summary>
public sealed class PrivateTlsTests : IDisposable
{
    private static readonly byte[] Content = "content"u8.ToArray();
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };

    private readonly string _root = Directory.CreateTempSubdirectory("imb-tls-").FullName;
    private readonly PrivateAuthority _authority;

    public PrivateTlsTests() => _authority = new PrivateAuthority(Path.Combine(_root, "authority"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Certificates => Path.Combine(_root, "certs.d");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task It_is_talked_to_once_its_authority_is_named()
    {
        await using var registry = await StartAsync("localhost");
        Trust(Certificates, registry.Host, _authority);

        await PushAndPullAsync(registry.Host, Certificates);
    }

    [Fact]
    public async Task Where_docker_has_it_the_engine_and_we_find_it()
    {
        SystemProgram.SkipUnlessInstalled("docker");
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Docker's directory is root's.");
        await using var registry = await StartAsync("localhost");
        Trust(RegistryCertificates.OfDocker, registry.Host, _authority);
        try
        {
            await PushAndPullAsync(registry.Host, certificates: null);
            var sample = new SampleImage(Path.Combine(_root, "app"));
            var push = await sample.PushAsync(SampleImage.Sign(await sample.BakeAsync([("Web", "\u007fELF app"u8.ToArray())], Token)), registry.Host, Token);
            await SystemProgram.SucceedAsync("docker", ["pull", "-q", $"{push.Repository}@{push.Digest}"]);
            await SystemProgram.SucceedAsync("docker", ["image", "rm", $"{push.Repository}@{push.Digest}"]);
        }
        finally
        {
            Directory.Delete(Path.Combine(RegistryCertificates.OfDocker, registry.Host), recursive: true);
        }
    }

    [Fact]
    public async Task Another_authority_s_word_is_not_enough_even_where_plain_http_is_allowed()
    {
        await using var registry = await StartAsync("localhost");
        using var other = new PrivateAuthority(Path.Combine(_root, "other"));
        Trust(Certificates, registry.Host, other);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => PushAndPullAsync(registry.Host, Certificates));

        (fault.Code, fault.IsTransient).ShouldBe(("IMB5016", false));
        fault.Message.ShouldContain($"/{registry.Host}/ca.crt");
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_refused()
    {
        await using var registry = await StartAsync("registry.example.com");
        Trust(Certificates, registry.Host, _authority);

        (await Should.ThrowAsync<ImmutableBuildException>(() => PushAndPullAsync(registry.Host, Certificates))).Code.ShouldBe("IMB5016");
    }

    [Fact]
    public async Task A_registry_that_wants_to_know_its_client_is_shown_its_certificate()
    {
        await using var registry = await StartAsync("localhost", knowsClients: true);
        Trust(Certificates, registry.Host, _authority);
        (await Should.ThrowAsync<ImmutableBuildException>(() => PushAndPullAsync(registry.Host, Certificates))).Code.ShouldBeOneOf("IMB5002", "IMB5016");

        var (certificate, key) = _authority.Give("client");
        File.Copy(certificate, Path.Combine(Certificates, registry.Host, "client.cert"));
        (await Should.ThrowAsync<ImmutableBuildException>(() => PushAndPullAsync(registry.Host, Certificates))).Code.ShouldBe("IMB5015", "its key is missing");
        File.Copy(key, Path.Combine(Certificates, registry.Host, "client.key"));

        await PushAndPullAsync(registry.Host, Certificates);
    }

    [Fact]
    public async Task An_authority_s_file_that_is_none_is_named()
    {
        await using var registry = await StartAsync("localhost");
        Trust(Certificates, registry.Host, _authority);
        var file = Path.Combine(Certificates, registry.Host, "ca.crt");
        await File.WriteAllTextAsync(file, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n", Token);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => PushAndPullAsync(registry.Host, Certificates));

        (fault.Code, fault.Diagnostics[0].Location!.File).ShouldBe(("IMB5015", file));
    }

    private Task<DockerRegistry> StartAsync(string name, bool knowsClients = false)
    {
        var (certificate, key) = _authority.Give(name);
        return DockerRegistry.StartOrSkipAsync(tls: $"{{ certificate: '{certificate}', key: '{key}'{(knowsClients ? $", clientcas: ['{_authority.CertificateFile}']" : "")} }}");
    }

    private static void Trust(string certificates, string host, PrivateAuthority authority)
    {
        var directory = Directory.CreateDirectory(Path.Combine(certificates, host)).FullName;
        File.Copy(authority.CertificateFile, Path.Combine(directory, "ca.crt"));
    }

    private static async Task PushAndPullAsync(string host, string? certificates)
    {
        using var connector = new RegistryConnector(new PushOptions { AllowHttp = true, Certificates = certificates }, static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
        var client = connector.Connect(host, "team/app", RegistryAccess.Push);
        await client.UploadBlobAsync(Blob, static _ => Task.FromResult<Stream>(new MemoryStream(Content)), Token);
        await using var stream = await client.OpenBlobAsync(Blob, Token);
        await stream.CopyToAsync(Stream.Null, Token);
    }
}

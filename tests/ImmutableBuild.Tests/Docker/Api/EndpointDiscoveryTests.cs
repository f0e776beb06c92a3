using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class EndpointDiscoveryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-docker-").FullName;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public EndpointDiscoveryTests() => _variables["DOCKER_CONFIG"] = _directory;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Without_a_word_it_is_the_platform_s_own()
    {
        Find().ShouldBe(new UnixSocketEndpoint("/var/run/docker.sock"));
        Find(isWindows: true).ShouldBe(new NamedPipeEndpoint(".", "docker_engine"));
    }

    [Fact]
    public void DOCKER_HOST_comes_first()
    {
        Context("remote", """{"Name":"remote","Endpoints":{"docker":{"Host":"ssh://me@far"}}}""");
        _variables["DOCKER_CONTEXT"] = "remote";
        _variables["DOCKER_HOST"] = "tcp://near:1";
        Find().ShouldBe(new TcpEndpoint("near", 1, null));
    }

    [Fact]
    public void The_context_is_that_of_the_variable_or_else_the_current_one()
    {
        Context("remote", """{"Name":"remote","Endpoints":{"docker":{"Host":"ssh://me@far","SkipTLSVerify":false}}}""");
        Context("other", """{"Name":"other","Endpoints":{"docker":{"Host":"unix:///run/other.sock"}}}""");
        Configuration("""{"currentContext":"other","auths":{}}""");
        Find().ShouldBe(new UnixSocketEndpoint("/run/other.sock"));
        _variables["DOCKER_CONTEXT"] = "remote";
        Find().ShouldBe(new SshEndpoint("me", "far", null));
        _variables["DOCKER_CONTEXT"] = "default";
        Find().ShouldBe(new UnixSocketEndpoint("/var/run/docker.sock"));
    }

    [Theory]
    [InlineData(true, "USERPROFILE", "HOME")]
    [InlineData(false, "HOME", "USERPROFILE")]
    public void The_configuration_is_in_the_home_that_docker_takes_for_one(bool isWindows, string home, string other)
    {
        _variables.Remove("DOCKER_CONFIG");
        _variables[home] = _directory;
        _variables[other] = Path.Combine(_directory, "elsewhere");
        var configuration = Directory.CreateDirectory(Path.Combine(_directory, ".docker")).FullName;
        File.WriteAllText(Path.Combine(configuration, "config.json"), """{"currentContext":"missing"}""");

        Should.Throw<ImmutableBuildException>(() => Find(isWindows)).Message.ShouldContain("'missing'");
    }

    [Fact]
    public void A_context_brings_its_own_TLS_files()
    {
        Context("tls", """{"Name":"tls","Endpoints":{"docker":{"Host":"tcp://far"}}}""");
        var files = Directory.CreateDirectory(Path.Combine(_directory, "contexts", "tls", Id("tls"), "docker")).FullName;
        _variables["DOCKER_CONTEXT"] = "tls";
        Find().ShouldBe(new TcpEndpoint("far", 2376, new TlsFiles(files)));
    }

    [Theory]
    [InlineData("DOCKER_TLS_VERIFY")]
    [InlineData("DOCKER_TLS")]
    public void TLS_is_asked_for_by_a_variable_and_always_verified(string variable)
    {
        _variables["DOCKER_HOST"] = "tcp://far";
        _variables[variable] = "1";
        Find().ShouldBe(new TcpEndpoint("far", 2376, new TlsFiles(_directory)));
        _variables["DOCKER_CERT_PATH"] = "/certs";
        Find().ShouldBe(new TcpEndpoint("far", 2376, new TlsFiles("/certs")));
    }

    [Theory]
    [InlineData("""{"Endpoints":{"docker":{"Host":"tcp://far","SkipTLSVerify":true}}}""", "skips the verification")]
    [InlineData("""{"Endpoints":{}}""", "names no docker host")]
    [InlineData("""[1,2]""", "names no docker host")]
    [InlineData("""{"Endpoints":{"docker":{"Host":7}}}""", "names no docker host")]
    [InlineData("not json", "can't be read as JSON")]
    public void A_context_that_can_t_be_used_says_why(string meta, string why)
    {
        Context("bad", meta);
        _variables["DOCKER_CONTEXT"] = "bad";
        Refused().Message.ShouldContain(why);
    }

    [Fact]
    public void A_context_that_is_not_there_says_so()
    {
        _variables["DOCKER_CONTEXT"] = "../../etc/passwd";
        Refused().Message.ShouldContain("no context of that name");
    }

    [Fact]
    public void A_damaged_configuration_is_not_passed_over_and_not_shown()
    {
        Configuration("""{"auths":{"registry":{"auth":"c2VjcmV0"}}""");
        Refused().ToString().ShouldNotContain("c2VjcmV0");
    }

    private DockerEndpoint Find(bool isWindows = false) => new EndpointDiscovery(name => _variables.GetValueOrDefault(name), isWindows).Find();

    private ImmutableBuildException Refused()
    {
        var fault = Should.Throw<ImmutableBuildException>(() => Find());
        fault.Code.ShouldBe("IMB6201");
        return fault;
    }

    private void Configuration(string json) => File.WriteAllText(Path.Combine(_directory, "config.json"), json);

    private void Context(string name, string meta) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "contexts", "meta", Id(name))).FullName, "meta.json"), meta);

    private static string Id(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}

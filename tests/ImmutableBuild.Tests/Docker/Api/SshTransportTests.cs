using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Transports;
using ImmutableBuild.Errors;
using ImmutableBuild.Tests.Processes;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class SshTransportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-ssh-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Ssh_gets_the_host_behind_a_double_dash_and_asks_nothing()
    {
        var fault = await Refused(Program("for a in \"$@\"; do printf '<%s>' \"$a\" >&2; done; exit 255"), new SshEndpoint("me", "far", 2222));
        fault.Message.ShouldContain("<-T><-o><BatchMode=yes><-o><ConnectTimeout=30><-l><me><-p><2222><--><far><docker><system><dial-stdio>");
    }

    [Fact]
    public async Task What_ssh_says_before_it_ends_is_the_reason()
    {
        var fault = await Refused(Program("echo 'Permission denied (publickey).' >&2; exit 255"), new SshEndpoint(null, "far", null));
        fault.Message.ShouldContain("exit code 255: Permission denied (publickey).");
        fault.Message.ShouldContain("ssh://far");
    }

    [Fact]
    public async Task What_ssh_says_is_bounded() =>
        (await Refused(Program("yes complaint | head -c 1000000 >&2; exit 255"), new SshEndpoint(null, "far", null))).Message.Length.ShouldBeLessThan(1000);

    [Fact]
    public async Task A_machine_without_ssh_says_so() =>
        (await Refused(Path.Combine(_directory, "nowhere"), new SshEndpoint(null, "far", null))).Message.ShouldContain("can't be started");

    private string Program(string script)
    {
        var path = Path.Combine(_directory, "ssh");
        ShellScript.Write(path, script);
        return path;
    }

    private static async Task<ImmutableBuildException> Refused(string program, SshEndpoint endpoint)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => DockerClient.ConnectAsync(
            endpoint, new SshTransport(endpoint, program), EngineLimits.Default, TimeProvider.System, TestContext.Current.CancellationToken));
        fault.Code.ShouldBe("IMB6207");
        return fault;
    }
}

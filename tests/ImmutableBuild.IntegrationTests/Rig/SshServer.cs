using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The real sshd on a free loopback port, with keys of its own, and the real ssh told of nothing but those: neither reads or writes the user's files.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private const string PrivilegeSeparation = "/run/sshd";

    private readonly string _directory;
    private readonly int _port;
    private readonly Process _process;

    private SshServer(string directory, int port, Process process) => (_directory, _port, _process) = (directory, port, process);

    /// <summary>The engine behind it, as DOCKER_HOST has it.</summary>
    public string Address => $"ssh://{Environment.UserName}@127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>What a process has for its PATH to find, as <c>ssh</c>, one that knows this server's key and has the key that it lets in.</summary>
    public string SearchPath => Path.Combine(_directory, "bin") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

    /// <summary>Starts one and waits until it listens, or skips the test with the reason.</summary>
    public static async Task<SshServer> StartOrSkipAsync()
    {
        SystemProgram.SkipUnlessInstalled("sshd");
        SystemProgram.SkipUnlessInstalled("docker");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root has sshd let root in");
        Directory.CreateDirectory(PrivilegeSeparation);
        var directory = Directory.CreateTempSubdirectory("ib-ssh-").FullName;
        var port = LoopbackPort.Free();
        foreach (var key in new[] { "host", "user", "stranger" })
        {
            await SystemProgram.SucceedAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(directory, key)]);
        }

        File.Copy(Path.Combine(directory, "user.pub"), Path.Combine(directory, "authorized"));
        await WriteProgramsAsync(directory, port);
        var server = new SshServer(directory, port, Start(directory, port));
        await server.WaitAsync();
        return server;
    }

    /// <summary>The program <c>ssh</c> of someone who never heard of this server.</summary>
    public string WithoutKnownHost => Path.Combine(_directory, "unknown-host", "ssh");

    /// <summary>The program <c>ssh</c> of someone whom it does not let in.</summary>
    public string WithStrangersKey => Path.Combine(_directory, "stranger-key", "ssh");

    /// <summary>kill -9 of whatever serves a connection. The server itself listens on.</summary>
    public async Task CutAsync() => (await SystemProgram.RunAsync("pkill", ["-KILL", "-P", $"{_process.Id}"])).ExitCode.ShouldBe(0, "someone was connected");

    public async ValueTask DisposeAsync()
    {
        await SystemProgram.RunAsync("pkill", ["-KILL", "-P", $"{_process.Id}"]);
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task WriteProgramsAsync(string directory, int port)
    {
        var host = (await File.ReadAllTextAsync(Path.Combine(directory, "host.pub"))).Trim();
        await File.WriteAllTextAsync(Path.Combine(directory, "known"), $"[127.0.0.1]:{port} {host}\n");
        await File.WriteAllTextAsync(Path.Combine(directory, "nobody"), "");
        foreach (var (place, known, key) in new[] { ("bin", "known", "user"), ("unknown-host", "nobody", "user"), ("stranger-key", "known", "stranger") })
        {
            var bin = Directory.CreateDirectory(Path.Combine(directory, place)).FullName;
            var config = Path.Combine(bin, "config");
            await File.WriteAllTextAsync(config, $"UserKnownHostsFile {directory}/{known}\nGlobalKnownHostsFile /dev/null\nIdentityFile {directory}/{key}\nIdentitiesOnly yes\n");
            var program = Path.Combine(bin, "ssh");
            SystemProgram.WriteScript(program, $"#!/bin/sh\nexec {SystemProgram.Find("ssh")} -F {config} \"$@\"\n");
        }
    }

    private static Process Start(string directory, int port)
    {
        var config = Path.Combine(directory, "sshd_config");
        File.WriteAllText(config, $"""
            ListenAddress 127.0.0.1:{port}
            HostKey {directory}/host
            AuthorizedKeysFile {directory}/authorized
            StrictModes no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PidFile none
            """);
        return Process.Start(new ProcessStartInfo(SystemProgram.Find("sshd")!, ["-D", "-E", Path.Combine(directory, "log"), "-f", config]) { UseShellExecute = false })!;
    }

    private async Task WaitAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", _port, limit.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}

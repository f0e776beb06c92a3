using System.Diagnostics;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Docker.Own;

/// <summary>
/// An engine of the tests' own beside the machine's, which they may kill and fill: all of it on a small file system in memory, its networks from
/// a small pool of addresses, and no rule of the host's packet filter touched but one that lets those addresses speak to one another.
/// </summary>
public sealed class OwnEngine : IAsyncLifetime
{
    private const string Pool = "10.213.0.0/21";
    private const string BridgeAddress = "10.213.255.1/24";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly string[] s_rule = ["FORWARD", "-s", Pool, "-d", Pool, "-j", "ACCEPT"];

    // An engine without a bridge of its own would remove the machine's docker0, which is the other engine's; one with a pool of addresses does at its second start.
    private readonly string _bridge = $"ibt{Guid.NewGuid():N}"[..12];
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-engine-").FullName;
    private readonly bool _isNewest;
    private readonly string _configuration;
    private Process? _process;
    private DockerClient? _client;
    private string _absent = "";

    /// <summary>The machine's own program.</summary>
    public OwnEngine()
        : this(isNewest: false)
    {
    }

    /// <param name="isNewest">The newest there is, Debian 13's, instead of the machine's.</param>
    /// <param name="keepsImagesInContainerd">It keeps images in containerd, as new installations do, instead of by itself.</param>
    internal OwnEngine(bool isNewest, bool keepsImagesInContainerd = false) =>
        (_isNewest, _configuration) = (isNewest, keepsImagesInContainerd ? """{"features":{"containerd-snapshotter":true}}""" : "{}");

    /// <summary>How many networks its pool of addresses has room for.</summary>
    public static int Networks => 8;

    internal DockerEndpoint Endpoint => new UnixSocketEndpoint(Path.Combine(_directory, "docker.sock"));

    internal DockerClient Client => _client!;

    /// <summary>Where all of it is stored: 1 GB, in memory.</summary>
    internal string Disk => Path.Combine(_directory, "disk");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Disk);
        _absent = await MissingAsync();
        if (_absent.Length == 0)
        {
            await SystemProgram.RunAsync("iptables", ["-w", "-I", .. s_rule]);
            await SystemProgram.RunAsync("ip", ["link", "add", _bridge, "type", "bridge"]);
            await SystemProgram.RunAsync("ip", ["addr", "add", BridgeAddress, "dev", _bridge]);
            await StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            try
            {
                await RemoveAllAsync();
                await EndAsync(kill: false);
            }
            finally
            {
                await SystemProgram.RunAsync("iptables", ["-w", "-D", .. s_rule]);
                await SystemProgram.RunAsync("ip", ["link", "del", _bridge]);
            }
        }

        if (Directory.Exists(Path.Combine(Disk, "data")))
        {
            await UnmountAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Its client, or a skip with the reason.</summary>
    internal DockerClient OpenOrSkip()
    {
        Assert.SkipWhen(_absent.Length > 0, _absent);
        return Client;
    }

    /// <summary>Starts it, and returns once it answers.</summary>
    /// <param name="ports">The range that it publishes ports from; null for the machine's.</param>
    internal async Task StartAsync((int First, int Last)? ports = null)
    {
        var bridge = await AddressOfDefaultBridgeAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "daemon.json"), _configuration);
        var start = new ProcessStartInfo("setsid", ["sh", "-c", $"{await SeeingAsync(ports)} {Root}dockerd {string.Join(' ', Arguments())} >>{_directory}/log 2>&1 </dev/null"]) { UseShellExecute = false };
        _process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        while (_client is null || !await AnswersAsync())
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(_directory, "log"), CancellationToken.None));
            }

            await Task.Delay(100, patience.Token);
            if (_client is null && File.Exists(Path.Combine(_directory, "docker.sock")))
            {
                _client = await ConnectAsync();
            }
        }

        await RestoreDefaultBridgeAsync(bridge);
    }

    private string Root => _isNewest ? $"{Path.Combine(AppContext.BaseDirectory, "in-trixie.sh")} {_directory} " : "";

    // An engine reads the machine's range once, at its start. Only this one is shown another, for everybody else needs ports too.
    private async Task<string> SeeingAsync((int First, int Last)? ports)
    {
        if (ports is not { } range)
        {
            return "exec";
        }

        var file = Path.Combine(_directory, "ports");
        await File.WriteAllTextAsync(file, $"{range.First}\t{range.Last}\n");
        return $"exec unshare --mount sh -c 'mount --bind {file} /proc/sys/net/ipv4/ip_local_port_range && exec \"$@\"' sh";
    }

    private static async Task<string?> AddressOfDefaultBridgeAsync()
    {
        var (code, output) = await SystemProgram.RunAsync("ip", ["-4", "-o", "addr", "show", "docker0"]);
        return code == 0 && output.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "docker0", "inet", var address, ..] ? address : null;
    }

    private static async Task RestoreDefaultBridgeAsync(string? address)
    {
        if (address is null || await AddressOfDefaultBridgeAsync() is not null)
        {
            return;
        }

        foreach (var step in (string[][])[["link", "add", "docker0", "type", "bridge"], ["addr", "add", address, "dev", "docker0"], ["link", "set", "docker0", "up"]])
        {
            (await SystemProgram.RunAsync("ip", step)).ExitCode.ShouldBe(0);
        }
    }

    /// <summary>Ends it: kill -9, or as whoever stops a service does.</summary>
    internal async Task EndAsync(bool kill)
    {
        await SystemProgram.RunAsync("kill", [kill ? "-KILL" : "-TERM", $"{_process!.Id}"]);
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();

        // Its containerd dies with it. An engine that starts while that is on its way out takes it for one that runs, and waits for it in vain.
        var containerd = Path.Combine(_directory, "exec", "containerd", "containerd.pid");
        while (File.Exists(containerd) && Directory.Exists($"/proc/{(await File.ReadAllTextAsync(containerd, patience.Token)).Trim()}"))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Lets it do next to nothing until the result is disposed of: it stands still, but for moments.</summary>
    internal IAsyncDisposable Slow() => new SlowProcess(_process!.Id);

    private async Task<string> MissingAsync()
    {
        foreach (var program in new[] { "dockerd", "iptables", "ip", "jq", "setsid", "mount" })
        {
            if (SystemProgram.Find(program) is null)
            {
                return $"{program} is not on the PATH (tests/rig/install.sh).";
            }
        }

        if (_isNewest && !File.Exists(Path.Combine(Rig.Debian13.Root, "usr/sbin/dockerd")))
        {
            return "the Debian 13 root has no dockerd (tests/rig/install.sh).";
        }

        return Environment.IsPrivilegedProcess ? "" : "only root may start an engine";
    }

    private string[] Arguments()
    {
        var data = Path.Combine(Disk, "data");
        if (!Directory.Exists(data))
        {
            Process.Start("mount", ["-t", "tmpfs", "-o", "size=1g", "none", Disk]).WaitForExit();
            Directory.CreateDirectory(data);
        }

        var runtime = Path.Combine(_directory, "runc-plain");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "runc-plain"), runtime, overwrite: true);
        return
        [
            "--data-root", data, "--exec-root", Path.Combine(_directory, "exec"), "--pidfile", Path.Combine(_directory, "pid"), "--config-file", Path.Combine(_directory, "daemon.json"),
            "-H", $"unix://{_directory}/docker.sock", $"--bridge={_bridge}", "--iptables=false", "--default-address-pool", $"base={Pool},size=24",
            "--add-runtime", $"plain={runtime}", "--default-runtime", "plain",
        ];
    }

    private async Task<DockerClient?> ConnectAsync()
    {
        try
        {
            return await DockerClient.ConnectAsync(Endpoint, TimeProvider.System, CancellationToken.None);
        }
        catch (ImmutableBuild.Errors.ImmutableBuildException fault) when (fault.IsTransient)
        {
            return null;
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Client.System.GetSystemInfoAsync(CancellationToken.None);
            return true;
        }
        catch (DockerApiException)
        {
            return false;
        }
    }

    private async Task RemoveAllAsync()
    {
        foreach (var container in await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, CancellationToken.None))
        {
            await Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }

        // An engine leaves the bridges of its networks behind.
        foreach (var network in (await Client.Networks.ListNetworksAsync(Filters.None, CancellationToken.None)).Where(network => network.Name is not ("host" or "none" or "bridge")))
        {
            await Client.Networks.DeleteNetworkAsync(network.ID, CancellationToken.None);
        }
    }

    private async Task UnmountAsync()
    {
        // With what is mounted in it: an engine that was killed leaves its own mount of its directory.
        using var patience = new CancellationTokenSource(s_patience);
        while ((await SystemProgram.RunAsync("umount", ["--recursive", Disk])).ExitCode != 0)
        {
            await Task.Delay(100, patience.Token);
        }
    }
}

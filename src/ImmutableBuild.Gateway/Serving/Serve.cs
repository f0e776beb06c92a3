using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Gateway.Upgrading;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>The gateway's process: brings back what was committed, then serves until it is stopped.</summary>
internal static class Serve
{
    private static readonly TimeSpan ServersStop = TimeSpan.FromSeconds(5);

    /// <summary>Runs a gateway. Ends when an order stopped the app, or when <paramref name="ending"/> asks: then the instances go on.</summary>
    /// <param name="options">What it serves; port and address are those really listened on.</param>
    /// <param name="listener">The keeper's listening socket, where one is inherited.</param>
    /// <param name="predecessor">The gateway whose place this one takes; null when none runs.</param>
    /// <param name="hasLeft">Called once it has left its place to another.</param>
    /// <param name="log">Where it tells what it does.</param>
    /// <param name="ending">Asks it to end.</param>
    public static async Task RunAsync(GatewayOptions options, int? listener, ProcessIdentity? predecessor, Action hasLeft, GatewayLog log, CancellationToken ending)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(ending);
        using var before = predecessor is null ? null : await SucceedAsync(options, predecessor, log, ending);
        var following = before?.FollowAsync(stopped.Token) ?? Task.CompletedTask;
        var (time, ledger, store) = SavedState.Open(options.StateDirectory, options.App, TimeProvider.System, log);
        using var http = new HttpProbe();
        var surroundings = new Surroundings(options.StateDirectory, store, ProcessHost.ForThisSystem(), http, time, log);
        var probe = new ServingProbe();
        var fleet = new Fleet(new RouteTable(Random.Shared));
        var destruction = new Destruction(fleet, surroundings);
        var replacements = new Replacements(options.App, fleet, surroundings);
        await Restoration.RunAsync(fleet, destruction, replacements, surroundings, before);

        var address = options.Bind ?? IPAddress.Loopback;
        var url = options.Port is { } port ? new Uri($"http://{Reachable(address)}:{port}") : null;
        await using var serving = new ServingPathWatch(url, fleet.Routes, probe, time);
        var orders = new Orders(options.App, fleet, ledger, surroundings, serving, destruction, replacements);
        var observer = new Observer(options.App, url?.ToString().TrimEnd('/'), options.Port is { } listens ? new ListeningAddress(address.ToString(), listens) : null, fleet, ledger, surroundings, serving);
        var host = options.HostIsRouter ? DefaultRouter.Find(log) : null;
        using var publicServer = url is null ? null : Servers.Public(listener, new IPEndPoint(address, options.Port!.Value));
        var retirement = new Retirement(fleet, surroundings, publicServer, url is null ? null : new InstanceAddress(url.Host, url.Port), serving, hasLeft);
        var tidying = TidyAsync(following, predecessor, options.StateDirectory, retirement, stopped.Token);
        var control = new ControlApplication(() => Info(options), orders, observer, fleet, retirement, log, stopped.Cancel);
        var socketPath = ControlSocket.PathFor(options.StateDirectory);
        using var controlServer = Servers.Control(socketPath);
        await (publicServer?.StartAsync(new ForwardingApplication(fleet.Routes, probe, host), ending) ?? Task.CompletedTask);
        serving.Start();
        await ListenAsync(controlServer, control, socketPath, ending);
        log.Write($"serving {options.App} {(url is null ? "without a port" : $"on {url}")}, process {Environment.ProcessId}");

        await Task.WhenAny(retirement.Over, Task.Delay(Timeout.Infinite, stopped.Token));
        if (retirement.HasBegun)
        {
            // At once: a regular end closes the listening socket, and removes the control socket's file, which are the other gateway's by now.
            Environment.Exit(ExitCodes.Succeeded);
        }

        using var limit = new CancellationTokenSource(ServersStop);
        await controlServer.StopAsync(limit.Token);
        await (publicServer?.StopAsync(limit.Token) ?? Task.CompletedTask);
        await tidying;
        log.Write("ended");
    }

    /// <summary>What is saved must be readable before anyone leaves.</summary>
    private static async Task<Predecessor?> SucceedAsync(GatewayOptions options, ProcessIdentity predecessor, GatewayLog log, CancellationToken cancellationToken)
    {
        StateStore.DemandReadable(options.StateDirectory, options.App, log);
        var before = await Predecessor.SucceedAsync(options.StateDirectory, predecessor, ProcessHost.ForThisSystem(), cancellationToken);
        log.Write(before is null ? $"process {predecessor.Id} is gone; taking its place" : $"process {predecessor.Id} has left its place");
        return before;
    }

    /// <summary>Removes what the gateway before this one leaves, once it has ended. What programs there are is for the gateway to say that has its place.</summary>
    private static async Task TidyAsync(Task following, ProcessIdentity? predecessor, string stateDirectory, Retirement retirement, CancellationToken cancellationToken)
    {
        await following;
        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        if (predecessor is not null)
        {
            File.Delete(Predecessor.LeftSocket(stateDirectory, predecessor));
        }

        if (!retirement.HasBegun)
        {
            ServedProgram.RemoveOthers(stateDirectory);
        }
    }

    private static async Task ListenAsync(KestrelServer server, ControlApplication control, string socketPath, CancellationToken cancellationToken)
    {
        ControlSocket.SecureDirectory(socketPath);

        // What a killed gateway left: nobody listens on it, because the keeper starts one at a time.
        File.Delete(socketPath);
        await server.StartAsync(control, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static GatewayInfo Info(GatewayOptions options) => new(
        options.App,
        GatewayProtocol.Version,
        typeof(Serve).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? RuntimeInformation.FrameworkDescription,
        Environment.ProcessId,
        options.Port ?? 0)
    {
        PublicAddress = options.Port is null ? null : options.Bind?.ToString(),
        Program = ServedProgram.Own,
        Next = ServedProgram.Read(options.StateDirectory) is var next && next != ServedProgram.Own ? next : null,
    };

    /// <summary>An address the gateway itself can ask: any address is reached through loopback.</summary>
    private static string Reachable(IPAddress bind)
    {
        var address = bind.Equals(IPAddress.Any) ? IPAddress.Loopback : bind.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bind;
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }
}

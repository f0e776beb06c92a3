using System.Globalization;
using System.Net;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>Where the engine's host passes requests on to the gateway.</summary>
/// <param name="Address">The address of the host.</param>
/// <param name="Port">Its port; 0 for one that the engine is to choose.</param>
internal sealed record PublishedPort(IPAddress Address, int Port)
{
    private static readonly string s_port = string.Create(CultureInfo.InvariantCulture, $"{GatewayCommand.Port}/tcp");

    /// <summary>The gateway's port as the engine names it.</summary>
    public static IReadOnlyDictionary<string, EmptyObject> Exposed { get; } = new Dictionary<string, EmptyObject>(StringComparer.Ordinal) { [s_port] = new() };

    /// <summary>Whether nobody but the host reaches it.</summary>
    public bool IsForHostAlone => IPAddress.IsLoopback(Address);

    /// <summary>What asks the engine for it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?> Bindings => new Dictionary<string, IReadOnlyList<PortBinding>?>(StringComparer.Ordinal)
    {
        [s_port] = [new PortBinding(Address.ToString(), Port == 0 ? "" : Port.ToString(CultureInfo.InvariantCulture))],
    };

    /// <summary>What a gateway's container was made with; null for a worker's.</summary>
    public static PublishedPort? Of(ContainerInspectResponse gateway) => Read(gateway.HostConfig.PortBindings);

    /// <summary>Where a container is published right now; null when it is nowhere.</summary>
    public static PublishedPort? Current(ContainerInspectResponse container) => Read(container.NetworkSettings?.Ports);

    /// <summary>The URL that reaches the port from this machine, when the engine at <paramref name="endpoint"/> may be another machine's. A loopback address of that machine is written as its host name.</summary>
    public string UrlBehind(DockerEndpoint endpoint)
    {
        var isOfEvery = Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);
        var host = endpoint switch
        {
            TcpEndpoint tcp when isOfEvery || IsForHostAlone => tcp.Host,
            SshEndpoint ssh when isOfEvery || IsForHostAlone => ssh.Host,
            _ => (isOfEvery ? IPAddress.Loopback : Address).ToString(),
        };
        return new UriBuilder("http", host, Port).Uri.ToString().TrimEnd('/');
    }

    // A binding without an address is on all addresses of the host.
    private static PublishedPort? Read(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? ports) =>
        ports?.GetValueOrDefault(s_port) is [{ HostPort: { } port } binding, ..] && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new PublishedPort(IPAddress.TryParse(binding.HostIP, out var address) ? address : IPAddress.Any, number)
            : null;
}

using ImmutableBuild.Gateway.Forwarding;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>The server of the public port, and the connections it has.</summary>
internal sealed class PublicServer(KestrelServer server, PrefaceSorter sorter) : IDisposable
{
    /// <summary>Where it listens, once it has been started.</summary>
    public ICollection<string> Addresses => server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;

    /// <summary>The connections it has.</summary>
    public int Connections => sorter.Connections;

    /// <summary>Whether an accept is pending, as one may be after <see cref="StopAccepting"/> until one more connection came.</summary>
    public bool IsAccepting => sorter.IsAccepting;

    /// <summary>Begins to serve.</summary>
    public Task StartAsync(ForwardingApplication application, CancellationToken cancellationToken) => server.StartAsync(application, cancellationToken);

    /// <summary>
    /// Accepts no more connections but the one that a pending accept takes. The listening socket stays open where another process listens on it too, and is
    /// closed where each process has its own.
    /// </summary>
    public void StopAccepting() => sorter.StopAccepting();

    /// <summary>Asks clients that came with HTTP/2 to begin no more requests here (RFC 9113, 6.8). One with HTTP/1.1 is told with its next answer, so that none is closed as it asks.</summary>
    public void CloseIdleHttp2() => sorter.CloseHttp2();

    /// <summary>Ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();
}

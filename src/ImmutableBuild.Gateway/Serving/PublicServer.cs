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

    /// <summary>Whether the next connection may be one of its own; so it is for one more after <see cref="StopAccepting"/>.</summary>
    public bool IsAccepting => sorter.IsAccepting;

    /// <summary>Begins to serve.</summary>
    public Task StartAsync(ForwardingApplication application, CancellationToken cancellationToken) => server.StartAsync(application, cancellationToken);

    /// <summary>
    /// Accepts nobody any more, but for one that may be waited for already. The listening socket stays as it is where another process listens on it, and is closed
    /// where each process has one of its own.
    /// </summary>
    public void StopAccepting() => sorter.StopAccepting();

    /// <summary>Asks clients that came with HTTP/2 to begin no more requests here (RFC 9113, 6.8). One with HTTP/1.1 is told with its next answer, so that none is closed as it asks.</summary>
    public void CloseIdleHttp2() => sorter.CloseHttp2();

    /// <summary>Ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();
}

using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>The transport of each kind of endpoint.</summary>
internal static class EngineTransports
{
    /// <summary>The transport to <paramref name="endpoint"/>; throws IMB6202 where its TLS files can't be used. Nothing is sent.</summary>
    public static IEngineTransport To(DockerEndpoint endpoint) => endpoint switch
    {
        UnixSocketEndpoint unix => new UnixSocketTransport(unix),
        NamedPipeEndpoint pipe => new NamedPipeTransport(pipe),
        TcpEndpoint { Tls: null } tcp => new TcpTransport(tcp),
        TcpEndpoint { Tls: { } files } tcp => new TlsTransport(tcp, TlsCertificates.Load(files)),
        SshEndpoint ssh => new SshTransport(ssh, "ssh"),
        _ => throw new NotSupportedException(endpoint.GetType().Name),
    };
}

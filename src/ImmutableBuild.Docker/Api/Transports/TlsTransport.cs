using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Connects over TCP with TLS, both sides known to each other.</summary>
internal sealed class TlsTransport(TcpEndpoint endpoint, TlsCertificates certificates) : IEngineTransport
{
    private readonly TcpTransport _tcp = new(endpoint);

    /// <inheritdoc/>
    public async ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var plain = await _tcp.ConnectAsync(cancellationToken);
        var secured = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(Options(), cancellationToken);
            return new EngineStream(secured, secured, _ => new ValueTask(secured.ShutdownAsync()), secured.Dispose);
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => certificates.Dispose();

    private SslClientAuthenticationOptions Options()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(certificates.Authorities);
        return new SslClientAuthenticationOptions
        {
            TargetHost = endpoint.Host,
            CertificateChainPolicy = policy,
            ClientCertificateContext = SslStreamCertificateContext.Create(certificates.Client, additionalCertificates: null, offline: true),
        };
    }
}

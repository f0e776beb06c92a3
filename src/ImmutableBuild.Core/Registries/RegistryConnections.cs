using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;

namespace ImmutableBuild.Registries;

/// <summary>Pools of connections: one for all registries that the system's authorities vouch for, and one for each that has certificates of its own. None is ever unverified.</summary>
/// <param name="certificates">Directories of the form of docker's <c>certs.d</c>; the first that has a registry counts.</param>
/// <param name="instead">Answers in place of all registries without certificates of their own; null for the registries themselves.</param>
internal sealed class RegistryConnections(IReadOnlyList<string> certificates, HttpMessageHandler? instead = null) : IDisposable
{
    private readonly HttpClient _shared = Over(instead ?? Handler(new SslClientAuthenticationOptions()));
    private readonly ConcurrentDictionary<string, Lazy<OwnPool?>> _own = new(StringComparer.Ordinal);

    /// <summary>The pool of a registry, and whether it has certificates of its own: such a one is never talked to over plain HTTP. Throws IMB5015 when they can't be used.</summary>
    public (HttpClient Http, bool HasCertificates) Of(string host)
    {
        var own = _own.GetOrAdd(host, name => new Lazy<OwnPool?>(() => RegistryCertificates.Find(certificates, name) is { } found ? new OwnPool(name, found) : null)).Value;
        return own is null ? (_shared, false) : (own.Http, true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shared.Dispose();
        foreach (var own in _own.Values.Where(own => own.IsValueCreated))
        {
            own.Value?.Dispose();
        }
    }

    private static SocketsHttpHandler Handler(SslClientAuthenticationOptions tls) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 64,
        SslOptions = tls,
    };

    private static HttpClient Over(HttpMessageHandler handler)
    {
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("ImmutableBuild/0.1");
        return http;
    }

    private sealed class OwnPool(string host, RegistryCertificates certificates) : IDisposable
    {
        public HttpClient Http { get; } = Over(Handler(new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = certificates.IsTrusted,
            // The client's certificate is for the registry alone, not for hosts that it redirects to.
            LocalCertificateSelectionCallback = (_, target, _, _, _) => target == new Uri($"https://{host}").IdnHost ? certificates.Client! : null!,
        }));

        public void Dispose()
        {
            Http.Dispose();
            certificates.Dispose();
        }
    }
}

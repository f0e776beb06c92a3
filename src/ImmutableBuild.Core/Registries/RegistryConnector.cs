using ImmutableBuild.Releases;

namespace ImmutableBuild.Registries;

/// <summary>What a client may do with a repository; it asks for no more than that.</summary>
public enum RegistryAccess
{
    /// <summary>Read.</summary>
    Pull,

    /// <summary>Read and write.</summary>
    Push,
}

/// <summary>Opens repositories. They share pools of connections, which this holds.</summary>
public sealed class RegistryConnector : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);

    private readonly PushOptions _options;
    private readonly Func<string, string?> _readVariable;
    private readonly RegistryCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly TimeSpan _firstDelay;
    private readonly RegistryConnections _connections;

    /// <summary>Creates the pools; nothing is sent before a client is used.</summary>
    /// <param name="options">Whether plain HTTP is allowed, where certificates are, and which variables hold the credential.</param>
    /// <param name="readVariable">Reads an environment variable.</param>
    /// <param name="time">The clock that waits go by.</param>
    public RegistryConnector(PushOptions options, Func<string, string?> readVariable, TimeProvider time)
        : this(options, readVariable, time, FirstDelay)
    {
    }

    internal RegistryConnector(PushOptions options, Func<string, string?> readVariable, TimeProvider time, TimeSpan firstDelay, HttpMessageHandler? instead = null)
    {
        (_options, _readVariable, _credentials, _time, _firstDelay) = (options, readVariable, new RegistryCredentials(options, readVariable), time, firstDelay);
        _connections = new RegistryConnections([.. options.Certificates is { } own ? [own] : Array.Empty<string>(), RegistryCertificates.OfDocker], instead);
    }

    internal TimeProvider Time => _time;

    /// <summary>The registries of a release.</summary>
    internal static RegistryConnector Of(StageContext context) => new(context.Options.Push, context.ReadVariable, context.Time, FirstDelay, context.Registries?.Invoke());

    /// <summary>A client for one repository; throws IMB5001 when host or repository are not valid names, IMB5015 when the host's certificates can't be used.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="access">What is going to be done.</param>
    /// <param name="mountFrom">Another repository of the registry, from which blobs are taken that it has already; null for none.</param>
    public RegistryClient Connect(string host, string repository, RegistryAccess access, string? mountFrom = null)
    {
        if (!ImageReference.IsRepository(repository))
        {
            throw Errors.RegistryErrors.ReferenceInvalid($"{host}/{repository}");
        }

        var (http, hasCertificates) = ImageReference.IsHost(host) ? _connections.Of(host) : throw Errors.RegistryErrors.ReferenceInvalid(host);
        var registry = RegistryHost.Parse(host, _options.AllowHttp || InsecureRegistries.Name(_readVariable(InsecureRegistries.Variable), host), hasCertificates);
        string[] scopes = [$"repository:{repository}:{(access == RegistryAccess.Push ? "pull,push" : "pull")}", .. mountFrom is null ? Array.Empty<string>() : [$"repository:{mountFrom}:pull"]];
        var authenticator = new RegistryAuthenticator(http, registry, scopes, _credentials);
        return new RegistryClient(new RegistrySession(http, registry, authenticator, RegistryRetry.Create(_time, _firstDelay)), repository, mountFrom);
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();
}

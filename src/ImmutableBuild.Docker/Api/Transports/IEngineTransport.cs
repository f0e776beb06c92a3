namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Opens connections to one engine.</summary>
internal interface IEngineTransport : IDisposable
{
    /// <summary>Opens one; the caller disposes it.</summary>
    ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken);
}

using System.IO.Pipes;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Connects to a named pipe of Windows.</summary>
internal sealed class NamedPipeTransport(NamedPipeEndpoint endpoint) : IEngineTransport
{
    // .NET waits for a pipe to appear, and looks for it without a pause.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new IOException("Docker's named pipes exist on Windows only.");
        }

        var pipe = new NamedPipeClientStream(endpoint.Server, endpoint.Pipe, PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            await pipe.ConnectAsync(Patience, cancellationToken);
            return new EngineStream(pipe, pipe, token => CloseWriteAsync(pipe, token), pipe.Dispose);
        }
        catch (TimeoutException absent)
        {
            await pipe.DisposeAsync();
            throw new FileNotFoundException($"There is no pipe {endpoint.Address}, or nobody takes connections from it.", absent);
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static ValueTask CloseWriteAsync(NamedPipeClientStream pipe, CancellationToken cancellationToken) =>
        OperatingSystem.IsWindows() ? EmptyPipeMessage.WriteAsync(pipe, cancellationToken) : throw new PlatformNotSupportedException();
}

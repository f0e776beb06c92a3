using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Control;

/// <summary>
/// Joins standard input and output to the control socket, for a caller that can start a program where the gateway runs and can't
/// open its socket: whoever may execute in the container may control the gateway, and no port is opened for it.
/// </summary>
internal static class ControlBridge
{
    /// <summary>Carries bytes both ways until the gateway closes its side, or the caller is gone.</summary>
    public static async Task RunAsync(string stateDirectory, Stream input, Stream output, CancellationToken cancellationToken)
    {
        await using var control = (NetworkStream)await ControlSocket.ConnectAsync(ControlSocket.PathFor(stateDirectory), cancellationToken);
        var asking = AskAsync(input, control, cancellationToken);
        await control.CopyToAsync(output, cancellationToken);
        await output.FlushAsync(cancellationToken);

        // Reading standard input can't be cancelled everywhere; what a caller still says is no use to a gateway that has answered.
        _ = asking;
    }

    private static async Task AskAsync(Stream input, NetworkStream control, CancellationToken cancellationToken)
    {
        await input.CopyToAsync(control, cancellationToken);
        control.Socket.Shutdown(SocketShutdown.Send);
    }
}

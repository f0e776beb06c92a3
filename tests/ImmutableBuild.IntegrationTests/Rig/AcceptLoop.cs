using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>Takes connections until it is told to end, and ends with the last of them.</summary>
internal static class AcceptLoop
{
    public static async Task RunAsync(Socket listener, Func<Socket, Task> serve, CancellationToken ends)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(serve(await listener.AcceptAsync(ends)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>Something that stands in front of the app and is measured. Disposing of it ends its processes.</summary>
internal interface ISubject : IAsyncDisposable
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Where it answers.</summary>
    Uri Address { get; }

    /// <summary>Its own processes, without the app's; empty when it has none.</summary>
    IReadOnlyList<int> Processes { get; }
}

/// <summary>What subjects share when they start.</summary>
internal static class Ports
{
    /// <summary>A port nobody listens on right now.</summary>
    public static int Free()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Returns once <paramref name="address"/> answers 2xx.</summary>
    public static async Task UntilAnsweredAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(address, limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// The listening socket that outlives the gateway's process. A port that was chosen once is written down and used again, so that
/// the app's address stays.
/// </summary>
internal sealed class PublicPort : IDisposable
{
    private const int Backlog = 4096;

    private readonly Socket? _socket;
    private readonly string _file;

    private PublicPort(GatewayOptions serving, Socket? socket, int? descriptor, string file)
    {
        Serving = serving;
        _socket = socket;
        Descriptor = descriptor;
        _file = file;
    }

    /// <summary>The options with the port that is really listened on.</summary>
    public GatewayOptions Serving { get; }

    /// <summary>The descriptor a child inherits; null where children listen for themselves.</summary>
    public int? Descriptor { get; }

    /// <summary>Listens as <paramref name="options"/> say. IMB6051 when the port is taken.</summary>
    public static PublicPort Listen(GatewayOptions options)
    {
        var file = FileOf(options);
        if (options.Port is not { } port)
        {
            return new PublicPort(options, null, null, file);
        }

        var endpoint = new IPEndPoint(options.Bind, port != 0 ? port : Chosen(file));
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw GatewayErrors.PortTaken(endpoint.ToString(), fault);
        }

        var listening = ((IPEndPoint)socket.LocalEndPoint!).Port;
        File.WriteAllText(file, listening.ToString(CultureInfo.InvariantCulture));
        var serving = options with { Port = listening };
        if (!OperatingSystem.IsWindows())
        {
            return new PublicPort(serving, socket, socket.SafeHandle.DangerousGetHandle().ToInt32(), file);
        }

        socket.Dispose();
        return new PublicPort(serving, null, null, file);
    }

    /// <summary>Goes on with the socket of a gateway that runs already, where it hands one over; its options have the port.</summary>
    public static PublicPort TakeOver(GatewayOptions serving, Handover handover) =>
        new(serving, null, handover.InheritsListener ? ProcessStart.InheritedDescriptor : null, FileOf(serving));

    /// <summary>The app was taken down: the next start chooses anew.</summary>
    public void Forget() => File.Delete(_file);

    public void Dispose() => _socket?.Dispose();

    private static string FileOf(GatewayOptions options) => Path.Combine(options.StateDirectory, GatewayFiles.PublicPort);

    private static int Chosen(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port : 0;
}

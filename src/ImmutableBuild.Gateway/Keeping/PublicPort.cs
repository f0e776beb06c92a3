using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// The listening socket that outlives the gateway's process. A port that was chosen once is written down and used again, so that
/// the app stays where it is; after a stop only if nobody has taken it meanwhile. So is the address, until a stop.
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

    /// <summary>The options with the port and the address that are really listened on.</summary>
    public GatewayOptions Serving { get; }

    /// <summary>The descriptor a child inherits; null where children listen for themselves.</summary>
    public int? Descriptor { get; }

    /// <summary>Listens as <paramref name="options"/> say. IMB6051 when the port is taken, IMB6062 when it can't be had.</summary>
    public static PublicPort Listen(GatewayOptions options)
    {
        var file = FileOf(options);
        if (options.Port is not { } port)
        {
            return new PublicPort(options, null, null, file);
        }

        var address = options.Bind ?? WrittenAddress(AddressFileOf(options));
        var socket = Open(address, port != 0 ? port : Written(file), FormerFileOf(options));
        var listening = ((IPEndPoint)socket.LocalEndPoint!).Port;
        File.WriteAllText(file, listening.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(AddressFileOf(options), address.ToString());
        var serving = options with { Port = listening, Bind = address };
        if (!OperatingSystem.IsWindows())
        {
            return new PublicPort(serving, socket, socket.SafeHandle.DangerousGetHandle().ToInt32(), file);
        }

        socket.Dispose();
        return new PublicPort(serving, null, null, file);
    }

    /// <summary>Goes on with the socket of a gateway that runs already; its options have the port.</summary>
    /// <param name="serving">The gateway's options.</param>
    /// <param name="listener">The descriptor of the socket, from now on this object's; null where none is handed over.</param>
    public static PublicPort TakeOver(GatewayOptions serving, int? listener) => new(serving, null, listener, FileOf(serving));

    /// <summary>The app was taken down: it has no right to its port any more, and the next start only prefers that port. The address is chosen anew.</summary>
    public void Forget()
    {
        File.Delete(AddressFileOf(Serving));
        if (File.Exists(_file))
        {
            File.Move(_file, FormerFileOf(Serving), overwrite: true);
        }
    }

    public void Dispose()
    {
        if (_socket is not null)
        {
            _socket.Dispose();
        }
        else if (Descriptor is { } listener)
        {
            _ = LibC.Close(listener);
        }
    }

    private static string FileOf(GatewayOptions options) => Path.Combine(options.StateDirectory, GatewayFiles.PublicPort);

    private static string AddressFileOf(GatewayOptions options) => Path.Combine(options.StateDirectory, GatewayFiles.PublicAddress);

    private static string FormerFileOf(GatewayOptions options) => Path.Combine(options.StateDirectory, GatewayFiles.FormerPublicPort);

    private static int Written(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port : 0;

    private static IPAddress WrittenAddress(string file) =>
        File.Exists(file) && IPAddress.TryParse(File.ReadAllText(file), out var address) ? address : IPAddress.Loopback;

    private static Socket Open(IPAddress bind, int port, string formerFile)
    {
        if (port == 0 && Written(formerFile) is > 0 and var former)
        {
            try
            {
                return Open(new IPEndPoint(bind, former));
            }
            catch (SocketException)
            {
                // Another program has the former port by now: any free one will do.
            }
        }

        var endpoint = new IPEndPoint(bind, port);
        try
        {
            return Open(endpoint);
        }
        catch (SocketException fault)
        {
            throw fault.SocketErrorCode == SocketError.AddressAlreadyInUse ? GatewayErrors.PortTaken(endpoint.ToString(), fault) : GatewayErrors.NotListenedOn(endpoint.ToString(), fault);
        }
    }

    private static Socket Open(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                // All addresses, those of IPv4 too, as Kestrel understands it.
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

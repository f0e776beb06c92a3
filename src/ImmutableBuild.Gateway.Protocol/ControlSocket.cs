using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ImmutableBuild.Gateway;

/// <summary>Where the control socket of a gateway is, and how to reach it.</summary>
public static class ControlSocket
{
    /// <summary>What <c>sockaddr_un</c> holds on every supported system (104 bytes on macOS), with room for the closing zero.</summary>
    private const int LongestPath = 100;

    /// <summary>
    /// The socket of the gateway that keeps its state in <paramref name="stateDirectory"/>: <c>control.sock</c> in it, or a
    /// short path in a private directory where that would be too long for a Unix socket.
    /// </summary>
    public static string PathFor(string stateDirectory)
    {
        var state = Path.TrimEndingDirectorySeparator(Path.GetFullPath(stateDirectory));
        var inside = Path.Combine(state, "control.sock");
        return Encoding.UTF8.GetByteCount(inside) <= LongestPath
            ? inside
            : Path.Combine(PrivateDirectory(), $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))[..16]}.sock");
    }

    /// <summary>
    /// Makes sure that nobody else can put a socket at <paramref name="socketPath"/>: its directory exists with mode 0700 and is
    /// the caller's own. Throws <see cref="UnauthorizedAccessException"/> when it is someone else's.
    /// </summary>
    public static void SecureDirectory(string socketPath) => OwnersDirectory.Create(Path.GetDirectoryName(socketPath)!);

    /// <summary>Opens a stream to the socket at <paramref name="socketPath"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        SecureDirectory(socketPath);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string PrivateDirectory()
    {
        // Neither %TEMP% nor $TMPDIR: the gateway and every build of one user must agree on the path whatever their environments say.
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "ImmutableBuild", "sockets");
        }

        return Environment.UserName == "root" ? "/var/run/immutable" : $"/tmp/immutable-{Environment.UserName}";
    }
}

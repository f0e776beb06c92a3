using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Tells a question that this process could not ask from one that was answered badly: the former says nothing of the one to be asked.</summary>
internal static class OwnLimits
{
    // The same on Linux and macOS (errno(3)).
    private const int NoMemory = 12;
    private const int NoFileOfSystem = 23;
    private const int NoFile = 24;

    /// <summary>Whether <paramref name="fault"/> came about because this process had no descriptor or no memory left.</summary>
    public static bool Explain(Exception? fault) => fault
        is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable }
        or IOException { HResult: NoMemory or NoFileOfSystem or NoFile };
}

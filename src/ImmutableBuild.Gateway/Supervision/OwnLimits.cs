using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>Tells what this process could not ask from what it was answered: it says nothing of whom it was to ask.</summary>
internal static class OwnLimits
{
    // The same on Linux and macOS (errno(3)).
    private const int NoMemory = 12;
    private const int NoFileOfSystem = 23;
    private const int NoFile = 24;

    /// <summary>Whether there was no descriptor or no memory left for it.</summary>
    public static bool Explain(Exception? fault) => fault
        is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable }
        or IOException { HResult: NoMemory or NoFileOfSystem or NoFile };
}

using System.Security.Cryptography;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Close frames with status 1001, "going away" (RFC 6455, 7.4.1).</summary>
internal static class WebSocketClose
{
    private const byte FinalClose = 0x88;
    private const byte Masked = 0x80;
    private const int GoingAway = 1001;

    /// <summary>As a server sends it.</summary>
    public static byte[] FromServer() => [FinalClose, 2, GoingAway >> 8, GoingAway & 0xFF];

    /// <summary>As a client sends it: masked.</summary>
    public static byte[] FromClient()
    {
        var mask = RandomNumberGenerator.GetBytes(4);
        return [FinalClose, Masked | 2, .. mask, (byte)((GoingAway >> 8) ^ mask[0]), (byte)((GoingAway & 0xFF) ^ mask[1])];
    }
}

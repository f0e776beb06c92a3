using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace ImmutableBuild.Trust.Keys;

/// <summary>NaCl's secretbox, XSalsa20-Poly1305: a 16-byte tag, then the encrypted message.</summary>
internal static class SecretBox
{
    private const int TagLength = 16;
    private const int TagKeyLength = 32;

    private static readonly BigInteger Prime = (BigInteger.One << 130) - 5;
    private static readonly BigInteger Clamp = BigInteger.Parse("0ffffffc0ffffffc0ffffffc0fffffff", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Opens a box; null when key, nonce or box do not belong together.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        if (box.Length < TagLength)
        {
            return null;
        }

        var message = box[TagLength..].ToArray();
        var stream = Salsa20.ExtendedKeyStream(key, nonce, TagKeyLength + message.Length);
        if (!CryptographicOperations.FixedTimeEquals(Tag(message, stream.AsSpan(0, TagKeyLength)), box[..TagLength]))
        {
            return null;
        }

        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= stream[TagKeyLength + i];
        }

        CryptographicOperations.ZeroMemory(stream);
        return message;
    }

    // Poly1305 (RFC 8439, section 2.5). Its time depends on the data, which is no oracle: a box is a file this user owns, opened once.
    private static byte[] Tag(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key)
    {
        var r = new BigInteger(key[..16], isUnsigned: true) & Clamp;
        var sum = BigInteger.Zero;
        for (var at = 0; at < message.Length; at += 16)
        {
            var block = message[at..Math.Min(at + 16, message.Length)];
            sum = (sum + new BigInteger(block, isUnsigned: true) + (BigInteger.One << (8 * block.Length))) * r % Prime;
        }

        sum += new BigInteger(key[16..], isUnsigned: true);
        var tag = new byte[17 + 16];
        sum.TryWriteBytes(tag, out _, isUnsigned: true);
        return tag[..TagLength];
    }
}

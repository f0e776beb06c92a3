using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace ImmutableBuild.Trust.Keys;

/// <summary>NaCl's secretbox, XSalsa20-Poly1305: a 16-byte tag, then the encrypted message. Keys have 32 bytes, nonces 24.</summary>
internal static class SecretBox
{
    private const int TagLength = 16;
    private const int TagKeyLength = 32;

    /// <summary>Makes a box; a nonce must never be used again with the same key.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        var stream = Encipher(message, key, nonce, out var tagKey);
        return [.. Tag(stream, tagKey), .. stream];
    }

    /// <summary>Opens a box; null when key, nonce or box do not belong together.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        if (box.Length < TagLength)
        {
            return null;
        }

        var tag = box[..TagLength];
        var encrypted = box[TagLength..];
        var message = Encipher(encrypted, key, nonce, out var tagKey);
        if (CryptographicOperations.FixedTimeEquals(Tag(encrypted, tagKey), tag))
        {
            return message;
        }

        CryptographicOperations.ZeroMemory(message);
        return null;
    }

    // The first 32 bytes of the key stream are the tag's key; XSalsa20 is its own inverse.
    private static byte[] Encipher(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, out byte[] tagKey)
    {
        var cipher = new XSalsa20Engine();
        cipher.Init(forEncryption: true, new ParametersWithIV(new KeyParameter(key), nonce));
        tagKey = new byte[TagKeyLength];
        cipher.ProcessBytes(tagKey, tagKey);
        var result = new byte[text.Length];
        cipher.ProcessBytes(text, result);
        return result;
    }

    private static byte[] Tag(ReadOnlySpan<byte> encrypted, byte[] tagKey)
    {
        var poly1305 = new Poly1305();
        poly1305.Init(new KeyParameter(tagKey));
        poly1305.BlockUpdate(encrypted);
        var tag = new byte[TagLength];
        poly1305.DoFinal(tag);
        CryptographicOperations.ZeroMemory(tagKey);
        return tag;
    }
}

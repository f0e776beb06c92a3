using System.Buffers.Binary;
using System.Numerics;

namespace ImmutableBuild.Trust.Keys;

/// <summary>Salsa20 and XSalsa20 (D. J. Bernstein, "Salsa20 specification" and "Extending the Salsa20 nonce").</summary>
internal static class Salsa20
{
    private static readonly uint[] Sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>The Salsa20 permutation of 16 words in place; <paramref name="addInput"/> adds the input at the end, which makes it the hash function.</summary>
    public static void Permute(Span<uint> x, int rounds, bool addInput)
    {
        Span<uint> input = stackalloc uint[16];
        x.CopyTo(input);
        for (var i = 0; i < rounds; i += 2)
        {
            Quarter(x, 0, 4, 8, 12);
            Quarter(x, 5, 9, 13, 1);
            Quarter(x, 10, 14, 2, 6);
            Quarter(x, 15, 3, 7, 11);
            Quarter(x, 0, 1, 2, 3);
            Quarter(x, 5, 6, 7, 4);
            Quarter(x, 10, 11, 8, 9);
            Quarter(x, 15, 12, 13, 14);
        }

        for (var i = 0; addInput && i < 16; i++)
        {
            x[i] += input[i];
        }
    }

    /// <summary>The first <paramref name="length"/> bytes of the XSalsa20 key stream for a key of 32 and a nonce of 24 bytes.</summary>
    public static byte[] ExtendedKeyStream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int length)
    {
        var subKey = HSalsa20(key, nonce[..16]);
        var stream = new byte[(length + 63) / 64 * 64];
        Span<uint> x = stackalloc uint[16];
        Span<byte> tail = stackalloc byte[16];
        nonce[16..].CopyTo(tail);
        for (var block = 0; block < stream.Length / 64; block++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(tail[8..], (ulong)block);
            Load(x, subKey, tail);
            Permute(x, rounds: 20, addInput: true);
            for (var i = 0; i < 16; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan((64 * block) + (4 * i)), x[i]);
            }
        }

        return stream[..length];
    }

    private static byte[] HSalsa20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        Span<uint> x = stackalloc uint[16];
        Load(x, key, nonce);
        Permute(x, rounds: 20, addInput: false);
        var subKey = new byte[32];
        ReadOnlySpan<int> picked = [0, 5, 10, 15, 6, 7, 8, 9];
        for (var i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(subKey.AsSpan(4 * i), x[picked[i]]);
        }

        return subKey;
    }

    private static void Load(Span<uint> x, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        for (var i = 0; i < 4; i++)
        {
            x[5 * i] = Sigma[i];
            x[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            x[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
            x[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    private static void Quarter(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImmutableBuild.Trust.Keys;

/// <summary>The key derivation scrypt (RFC 7914), which the BCL lacks; cosign protects its key files with it.</summary>
internal static class Scrypt
{
    /// <summary>Derives <paramref name="length"/> bytes. Needs 128 × <paramref name="r"/> × <paramref name="n"/> bytes of memory; callers bound the parameters.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, int length)
    {
        var blockBytes = 128 * r;
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, p * blockBytes);
        for (var i = 0; i < p; i++)
        {
            MixRandomOrder(blocks.AsSpan(i * blockBytes, blockBytes), n, r);
        }

        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
    }

    // scryptROMix, RFC 7914 section 5; n is a power of two.
    private static void MixRandomOrder(Span<byte> block, int n, int r)
    {
        var words = 32 * r;
        var x = new uint[words];
        var scratch = new uint[words];
        for (var i = 0; i < words; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        var table = new uint[n][];
        for (var i = 0; i < n; i++)
        {
            table[i] = [.. x];
            MixBlock(x, scratch, r);
        }

        for (var i = 0; i < n; i++)
        {
            var row = table[x[words - 16] & (uint)(n - 1)];
            for (var k = 0; k < words; k++)
            {
                x[k] ^= row[k];
            }

            MixBlock(x, scratch, r);
        }

        for (var i = 0; i < words; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], x[i]);
        }
    }

    // scryptBlockMix, RFC 7914 section 4: even results go to the first half, odd ones to the second.
    private static void MixBlock(uint[] block, uint[] scratch, int r)
    {
        Span<uint> x = stackalloc uint[16];
        block.AsSpan(block.Length - 16).CopyTo(x);
        for (var i = 0; i < 2 * r; i++)
        {
            for (var k = 0; k < 16; k++)
            {
                x[k] ^= block[(16 * i) + k];
            }

            Salsa20.Permute(x, rounds: 8, addInput: true);
            x.CopyTo(scratch.AsSpan(16 * ((i / 2) + (i % 2 * r))));
        }

        scratch.CopyTo(block, 0);
    }
}

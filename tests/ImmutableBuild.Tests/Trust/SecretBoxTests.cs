using System.Security.Cryptography;
using ImmutableBuild.Trust.Keys;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace ImmutableBuild.Tests.Trust;

public sealed class SecretBoxTests
{
    [Fact]
    public void Scrypt_gives_the_vector_of_RFC_7914() =>
        Convert.ToHexStringLower(Scrypt.DeriveKey("password"u8, "NaCl"u8, 1024, 8, 16, 64)).ShouldBe(
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");

    [Theory]
    [InlineData(16, 1, 1)]
    [InlineData(256, 8, 1)]
    [InlineData(64, 4, 3)]
    public void Scrypt_agrees_with_BouncyCastle(int n, int r, int p)
    {
        var random = new Random(n);
        var password = Bytes(random, 11);
        var salt = Bytes(random, 32);
        Scrypt.DeriveKey(password, salt, n, r, p, 32).ShouldBe(SCrypt.Generate(password, salt, n, r, p, 32));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(138)]
    [InlineData(1000)]
    public void A_box_that_BouncyCastle_made_opens(int length)
    {
        var random = new Random(length);
        var (key, nonce, message) = (Bytes(random, 32), Bytes(random, 24), Bytes(random, length));
        SecretBox.Open(Seal(message, key, nonce), key, nonce).ShouldBe(message);
    }

    [Fact]
    public void A_box_with_any_bit_changed_does_not_open()
    {
        var random = new Random(7);
        var (key, nonce) = (Bytes(random, 32), Bytes(random, 24));
        var box = Seal(Bytes(random, 20), key, nonce);
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            var altered = box.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            SecretBox.Open(altered, key, nonce).ShouldBeNull();
        }
    }

    [Fact]
    public void A_box_shorter_than_its_tag_does_not_open() => SecretBox.Open(new byte[15], new byte[32], new byte[24]).ShouldBeNull();

    /// <summary>NaCl's secretbox, composed of BouncyCastle's parts.</summary>
    internal static byte[] Seal(byte[] message, byte[] key, byte[] nonce)
    {
        var cipher = new XSalsa20Engine();
        cipher.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        var stream = new byte[32 + message.Length];
        cipher.ProcessBytes([.. new byte[32], .. message], 0, stream.Length, stream, 0);
        var mac = new Poly1305();
        mac.Init(new KeyParameter(stream[..32]));
        mac.BlockUpdate(stream, 32, message.Length);
        var tag = new byte[16];
        mac.DoFinal(tag, 0);
        return [.. tag, .. stream[32..]];
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}

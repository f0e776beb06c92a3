using System.Formats.Asn1;

namespace ImmutableBuild.Trust.Keys;

/// <summary>How an EncryptedPrivateKeyInfo (RFC 5958, section 3) derives its key: looked at before that is done, since the file says how much work it is.</summary>
internal static class EncryptedPkcs8
{
    /// <summary>Ten times what is recommended today; some seconds.</summary>
    public const int MostIterations = 10_000_000;

    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";

    /// <summary>Throws <see cref="FormatException"/> for another scheme than PBES2 with PBKDF2 (RFC 8018), or one that would take too long.</summary>
    public static void Check(ReadOnlyMemory<byte> der)
    {
        try
        {
            var algorithm = new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            Require(algorithm.ReadObjectIdentifier(), Pbes2, "PBES2");
            var derivation = algorithm.ReadSequence().ReadSequence();
            Require(derivation.ReadObjectIdentifier(), Pbkdf2, "PBKDF2");
            var parameters = derivation.ReadSequence();
            parameters.ReadEncodedValue();
            if (parameters.ReadInteger() is var iterations && (iterations < 1 || iterations > MostIterations))
            {
                throw new FormatException($"it asks for {iterations} iterations of PBKDF2, at most {MostIterations} are made");
            }
        }
        catch (AsnContentException fault)
        {
            throw new FormatException("it is not an encrypted PKCS#8 key", fault);
        }
    }

    private static void Require(string found, string expected, string name)
    {
        if (found != expected)
        {
            throw new FormatException($"its password scheme is {found}, expected {name} ({expected})");
        }
    }
}

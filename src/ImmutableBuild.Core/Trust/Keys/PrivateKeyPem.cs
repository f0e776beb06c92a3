using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>
/// Reads a private key from PEM: PKCS#8 (RFC 5208) plain or encrypted, SEC1 (RFC 5915), or cosign's own encrypted form.
/// The first block of one of these forms counts, so that OpenSSL's <c>EC PARAMETERS</c> before it does no harm.
/// </summary>
internal static class PrivateKeyPem
{
    /// <summary>Where a key and its password come from, for messages.</summary>
    /// <param name="Name"><c>file …</c> or <c>variable …</c>.</param>
    /// <param name="PasswordVariable">The variable that holds the password; null when none is set.</param>
    /// <param name="Password">The password; null when there is none.</param>
    public sealed record Origin(string Name, string? PasswordVariable, string? Password)
    {
        /// <summary>The name alone, never the password.</summary>
        public override string ToString() => Name;
    }

    /// <summary>Reads the key; throws IMB4003 or IMB4004.</summary>
    public static ISigner Read(string pem, Origin origin)
    {
        if (!TryFind(pem, out var label, out var der))
        {
            throw TrustErrors.KeyUnsupported(origin.Name, "it holds no private key as PEM");
        }

        var key = ECDsa.Create();
        try
        {
            Import(key, label, der, origin);
            return new EcdsaSigner(key);
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            key.Dispose();
            throw TrustErrors.KeyUnsupported(origin.Name, fault is FormatException ? fault.Message : "it is not an ECDSA private key", fault);
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static void Import(ECDsa key, string label, byte[] der, Origin origin)
    {
        switch (label)
        {
            case "PRIVATE KEY":
                key.ImportPkcs8PrivateKey(der, out _);
                break;
            case "EC PRIVATE KEY":
                key.ImportECPrivateKey(der, out _);
                break;
            case "ENCRYPTED PRIVATE KEY":
                ImportEncrypted(key, der, origin);
                break;
            default:
                // cosign allows an empty password, and then needs no variable.
                var plain = CosignKeyFile.Open(der, Encoding.UTF8.GetBytes(origin.Password ?? "")) ?? throw TrustErrors.KeyPassword(origin.Name, origin.PasswordVariable);
                key.ImportPkcs8PrivateKey(plain, out _);
                CryptographicOperations.ZeroMemory(plain);
                break;
        }
    }

    private static void ImportEncrypted(ECDsa key, byte[] der, Origin origin)
    {
        if (origin.Password is null)
        {
            throw TrustErrors.KeyPassword(origin.Name, origin.PasswordVariable);
        }

        EncryptedPkcs8.Check(der);
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(origin.Password, der, out _);
        }
        catch (CryptographicException fault)
        {
            throw TrustErrors.KeyPassword(origin.Name, origin.PasswordVariable, fault);
        }
    }

    private static bool TryFind(string pem, [NotNullWhen(true)] out string? label, [NotNullWhen(true)] out byte[]? der)
    {
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            label = rest[fields.Label].ToString();
            if (label is "PRIVATE KEY" or "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY" or CosignKeyFile.Label or CosignKeyFile.LegacyLabel)
            {
                der = Convert.FromBase64String(rest[fields.Base64Data].ToString());
                return true;
            }
        }

        (label, der) = (null, null);
        return false;
    }
}

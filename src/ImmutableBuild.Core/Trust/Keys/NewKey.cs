using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>The forms in which a new private key is written.</summary>
public enum KeyFormat
{
    /// <summary>cosign's own: <c>cosign sign --key</c> takes no other.</summary>
    Cosign,

    /// <summary>Encrypted PKCS#8 (RFC 5958), as OpenSSL writes and reads it.</summary>
    Pkcs8,
}

/// <summary>A key pair that was made just now.</summary>
/// <param name="PrivateFile">The encrypted private key, mode 0600.</param>
/// <param name="PublicFile">The public key beside it, <c>.pub</c>.</param>
/// <param name="PublicKey">The public key.</param>
public sealed record NewKey(string PrivateFile, string PublicFile, PublicKey PublicKey)
{
    // OWASP's figure for PBKDF2 with HMAC-SHA-256.
    private static readonly PbeParameters Pkcs8Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000);

    /// <summary>Makes an ECDSA P-256 key pair as <c>prefix.key</c> and <c>prefix.pub</c>; throws IMB4027 where either exists or can't be written.</summary>
    public static NewKey Make(string prefix, KeyFormat format, string password)
    {
        var (privateFile, publicFile) = ($"{prefix}.key", $"{prefix}.pub");
        RequireFree(privateFile);
        RequireFree(publicFile);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = new NewKey(privateFile, publicFile, PublicKey.Of(key));
        Write(privateFile, PemOf(key, format, password), NewFile.OwnerOnly);
        try
        {
            Write(publicFile, made.PublicKey.Pem, NewFile.Public);
        }
        catch
        {
            // Half a pair would only be in the way of the next attempt.
            File.Delete(privateFile);
            throw;
        }

        return made;
    }

    private static void RequireFree(string path)
    {
        if (Path.Exists(path))
        {
            throw KeyErrors.KeyExists(path);
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        try
        {
            if (!NewFile.TryWrite(path, text, mode))
            {
                throw KeyErrors.KeyExists(path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw KeyErrors.KeyNotWritten(path, fault);
        }
    }

    private static string PemOf(ECDsa key, KeyFormat format, string password)
    {
        if (format == KeyFormat.Pkcs8)
        {
            return key.ExportEncryptedPkcs8PrivateKeyPem(password, Pkcs8Encryption) + "\n";
        }

        var plain = key.ExportPkcs8PrivateKey();
        try
        {
            return CosignKeyFile.Write(plain, Encoding.UTF8.GetBytes(password));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}

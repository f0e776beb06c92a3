using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>
/// What stands in for a secret's value in a configuration, and so in the record and the ledger, which are shown around. It takes its time, so that a value that
/// people can remember is not found by trying. App, environment and name go into it, so that equal values in two places don't show as equal.
/// </summary>
public static class SecretDigest
{
    // A release works out the digest of each secret some times, at about 30 ms.
    private const int Iterations = 100_000;

    /// <summary>
    /// PBKDF2 (RFC 8018, 5.2) with HMAC-SHA-256 and 100,000 iterations over the value in UTF-8. The salt is the SHA-256 over app, environment, and the variable's name
    /// or the file's path in the instance; each preceded by its length (UTF-8, 4 bytes, big-endian).
    /// </summary>
    public static Digest Of(AppKey app, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var bytes = Encoding.UTF8.GetBytes(value);
        try
        {
            return Digest.FromHash(Rfc2898DeriveBytes.Pbkdf2(bytes, Salt(app, name), Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Salt(AppKey app, string name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in (string[])[app.App, app.Environment, name])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}

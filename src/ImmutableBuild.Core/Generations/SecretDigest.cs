using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>
/// What stands in for a secret's value in a configuration. App, environment and name go into it, so that equal values in two
/// places don't show as equal.
/// </summary>
public static class SecretDigest
{
    /// <summary>SHA-256 over app, environment, the variable's name or the file's path in the instance, and value; each preceded by its length (UTF-8, 4 bytes, big-endian).</summary>
    public static Digest Of(AppKey app, string name, string value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in (string[])[app.App, app.Environment, name, value])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
            CryptographicOperations.ZeroMemory(bytes);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}

using System.Security.Cryptography;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>The key of the <c>local</c> target: made at first use, <c>keys/cosign.key</c> in the data directory, PKCS#8 PEM, mode 0600.</summary>
internal static class LocalKey
{
    /// <summary>The path of the key below <paramref name="dataDirectory"/>; the public key lies beside it as <c>cosign.pub</c>.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "keys", "cosign.key");

    /// <summary>Makes the key when there is none. Of several processes at once, one wins and all use its key. Throws IMB4006.</summary>
    public static string Ensure(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        try
        {
            if (!File.Exists(path))
            {
                Make(path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw TrustErrors.LocalKey(path, fault);
        }

        return path;
    }

    private static void Make(string path)
    {
        CreateDirectory(Path.GetDirectoryName(path)!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (NewFile.TryWrite(path, key.ExportPkcs8PrivateKeyPem() + "\n", NewFile.OwnerOnly))
        {
            // The public key only helps people who verify with cosign; nothing here reads it, so a lost one does no harm.
            NewFile.TryWrite(Path.ChangeExtension(path, ".pub"), PublicKey.Of(key).Pem, NewFile.Public);
        }
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, NewFile.OwnerOnly | UnixFileMode.UserExecute);
        }
    }
}

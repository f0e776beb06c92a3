using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust;

/// <summary>The keys whose signatures a deployment believes.</summary>
public static class TrustedKeys
{
    private const int MaximumFileLength = 64 * 1024;

    /// <summary>
    /// The keys of the files in <see cref="SignOptions.TrustedKeyFiles"/>; where none is named, the public half of the signing key.
    /// The record is never asked: whoever can write it could name a key of their own. Throws IMB4001 to IMB4006.
    /// </summary>
    public static ImmutableArray<PublicKey> Of(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Options.Sign.TrustedKeyFiles.IsEmpty)
        {
            return [.. context.Options.Sign.TrustedKeyFiles.Select(Read)];
        }

        using var signer = SigningKey.Open(context);
        return [signer.PublicKey];
    }

    private static PublicKey Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumFileLength
                ? PublicKey.Parse(File.ReadAllText(path))
                : throw new FormatException($"it is longer than {MaximumFileLength} bytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw TrustErrors.KeyUnreadable($"file {path}", fault.Message.TrimEnd('.'), fault);
        }
        catch (FormatException fault)
        {
            throw TrustErrors.KeyUnsupported($"file {path}", fault.Message, fault);
        }
    }
}

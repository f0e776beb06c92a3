using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>
/// Whom Sigstore's users trust: the authorities that certify identities and times, and the logs (Sigstore protobuf-specs, <c>TrustedRoot</c> as JSON). It is
/// the anchor of keyless trust as a public key is of the other, and so it is a file that is named, never fetched.
/// </summary>
internal sealed record TrustedRoot(
    ImmutableArray<RootAuthority> Authorities, ImmutableArray<LogKey> Logs, ImmutableArray<LogKey> CertificateLogs, ImmutableArray<RootAuthority> TimestampAuthorities)
{
    private const string MediaType = "application/vnd.dev.sigstore.trustedroot";
    private const long LongestFile = 1024 * 1024;
    private const int Most = 100;

    /// <summary>Reads the file; IMB4044 for anything else.</summary>
    public static async Task<TrustedRoot> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LongestFile } large)
            {
                throw new FormatException($"it has {large.Length} bytes, at most {LongestFile} are read");
            }

            return Parse((await File.ReadAllBytesAsync(path, cancellationToken)).AsMemory().Trim(" \r\n\t"u8));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw KeylessErrors.TrustedRootInvalid(path, PrintableText.Of(fault.Message.TrimEnd('.')), fault);
        }
    }

    /// <summary>Reads one. Throws <see cref="FormatException"/>.</summary>
    public static TrustedRoot Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the trusted root", root =>
        root.TextOf("mediaType")?.StartsWith(MediaType, StringComparison.Ordinal) != true ? throw new FormatException($"the trusted root is not of the type '{MediaType}+json'")
        : new TrustedRoot(List(root, "certificateAuthorities", RootAuthority.Read), List(root, "tlogs", LogKey.Read), List(root, "ctlogs", LogKey.Read), List(root, "timestampAuthorities", RootAuthority.Read)) is var read && read.Authorities.IsEmpty
            ? throw new FormatException("the trusted root names no certificate authority")
            : read);

    private static ImmutableArray<T> List<T>(JsonElement root, string name, Func<JsonElement, T> read)
    {
        var list = root.At(name);
        return list.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? []
            : list.GetArrayLength() <= Most ? [.. list.EnumerateArray().Select(read)]
            : throw new FormatException($"the trusted root has more than {Most} {name}");
    }
}

using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Trust;

/// <summary>The keys whose signatures a deployment believes, at one moment.</summary>
public sealed class TrustedKeys
{
    private readonly ImmutableArray<(TrustedKey Key, ImmutableBuildException Why)> _refused;

    private TrustedKeys(ImmutableArray<TrustedKey> keys, DateTimeOffset now)
    {
        // A key that is listed twice is believed at the times of either entry, but never once either entry revokes it.
        var judged = keys.Select(key => (Key: key, Why: keys.FirstOrDefault(other => other.Key.Equals(key.Key) && other.Revoked is not null)?.FindRefusal(now) ?? key.FindRefusal(now))).ToArray();
        Valid = [.. judged.Where(entry => entry.Why is null).Select(entry => entry.Key.Key).Distinct()];
        _refused = [.. judged.Where(entry => entry.Why is not null && !Valid.Contains(entry.Key.Key)).Select(entry => (entry.Key, entry.Why!))];
    }

    /// <summary>Those that are believed now.</summary>
    public ImmutableArray<PublicKey> Valid { get; }

    /// <summary>Those that are listed and not believed now, and why, as the end of a sentence.</summary>
    internal ImmutableArray<(PublicKey Key, string Why)> Lapsed => [.. _refused.Select(refused => (refused.Key.Key, Describe(refused.Key, refused.Why)))];

    /// <summary>
    /// The keys of <see cref="SignOptions.TrustedKeyFiles"/>; where none is named, the public half of the signing key, and no key where <paramref name="identities"/> are trusted instead (on <c>local</c> there is always one).
    /// The record is never asked: whoever can write it could name a key of their own. Throws as <see cref="SigningKey.OpenAsync"/>, and IMB4023 for a list that is malformed.
    /// </summary>
    public static async Task<TrustedKeys> OfAsync(StageContext context, ImmutableArray<TrustedIdentity> identities, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var sign = context.Options.Sign;
        if (!sign.TrustedKeyFiles.IsEmpty)
        {
            return Listed(context);
        }

        if (sign.Keyless && identities.IsEmpty)
        {
            throw KeylessErrors.NoIdentityTrusted(context.Options.Verify.PolicyFile);
        }

        if (sign.Keyless || (!identities.IsEmpty && !TargetKind.Of(context.Options.Target).IsThisMachine && sign is { KeyFile: null, KeyVariable: null, KmsKey: null }))
        {
            return new TrustedKeys([], context.Time.GetUtcNow());
        }

        using var signer = await SigningKey.OpenAsync(context, cancellationToken);
        return new TrustedKeys([new TrustedKey(signer.PublicKey, "the signing key")], context.Time.GetUtcNow());
    }

    /// <summary>
    /// Why the image is refused, where the key that signed it is listed but not believed now: IMB4020 expired, IMB4021 not valid yet, IMB4022 revoked. Null when
    /// <paramref name="verify"/>, which throws IMB4009 or IMB4010 for a key that did not sign it, accepts none of these keys.
    /// </summary>
    internal async Task<ImmutableBuildException?> FindRefusalAsync(Func<PublicKey, Task> verify)
    {
        foreach (var (key, why) in _refused)
        {
            try
            {
                await verify(key.Key);
                return why;
            }
            catch (ImmutableBuildException refusal) when (TrustErrors.IsAboutSignature(refusal))
            {
                // This key has not signed it: try the next.
            }
        }

        return null;
    }

    /// <summary>Throws IMB4020 to IMB4022 when <paramref name="key"/> is listed, and not believed now.</summary>
    internal static void RequireUsable(PublicKey key, StageContext context)
    {
        if (!context.Options.Sign.TrustedKeyFiles.IsEmpty && Listed(context)._refused.FirstOrDefault(refused => refused.Key.Key.Equals(key)).Why is { } why)
        {
            throw why;
        }
    }

    private static string Describe(TrustedKey key, ImmutableBuildException why)
    {
        var state = why.Code switch { "IMB4020" => "expired", "IMB4021" => "is not valid yet", _ => "was revoked" };
        return $"it is by the key {key.Key} ({key.Origin}), which {state} ({why.Code})";
    }

    private static TrustedKeys Listed(StageContext context) =>
        new([.. context.Options.Sign.TrustedKeyFiles.SelectMany(Read)], context.Time.GetUtcNow());

    private static IEnumerable<TrustedKey> Read(string path) =>
        path.EndsWith(TrustedKeyList.Extension, StringComparison.OrdinalIgnoreCase)
            ? TrustedKeyList.Read(path)
            : [new TrustedKey(KeyFile.Read(path).ParsePublic(), path)];
}

using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust;

/// <summary>A public key whose signatures are believed, and when.</summary>
/// <param name="Key">The key.</param>
/// <param name="Origin">Where it is listed, for messages.</param>
public sealed record TrustedKey(PublicKey Key, string Origin)
{
    /// <summary>Believed from then on; null for always.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Believed until then, that second included; null for ever.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Why it is never believed again, whatever the times say; null unless it was revoked.</summary>
    public string? Revoked { get; init; }

    /// <summary>Why it is not believed at <paramref name="now"/>: IMB4020 expired, IMB4021 not valid yet, IMB4022 revoked; null when it is.</summary>
    public ImmutableBuildException? FindRefusal(DateTimeOffset now) =>
        Revoked is { } why ? KeyErrors.KeyRevoked(this, why)
        : now > NotAfter ? KeyErrors.KeyExpired(this, now)
        : now < NotBefore ? KeyErrors.KeyNotYetValid(this, now)
        : null;
}

using System.Security.Cryptography;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>How something is certified, signed and logged; in order, unless a test says otherwise.</summary>
internal sealed record Signing
{
    public string[] Identities { get; init; } = [OwnSigstore.Identity];

    public DateTimeOffset From { get; init; } = OwnSigstore.Now.AddMinutes(-1);

    public DateTimeOffset Until { get; init; } = OwnSigstore.Now.AddMinutes(9);

    public DateTimeOffset LoggedAt { get; init; } = OwnSigstore.Now;

    /// <summary>What the certificate is for: code.</summary>
    public string Usage { get; init; } = "1.3.6.1.5.5.7.3.3";

    /// <summary>The certificate has a promise of a log of certificates.</summary>
    public bool Promise { get; init; } = true;

    /// <summary>By another than the log's key.</summary>
    public ECDsa? PromisedBy { get; init; }

    /// <summary>The signature is in a log.</summary>
    public bool Log { get; init; } = true;

    /// <summary>The log has signed for the time.</summary>
    public bool PromiseTime { get; init; } = true;

    /// <summary>By another than the log's key.</summary>
    public ECDsa? TimeBy { get; init; }

    /// <summary>By another than the log's key.</summary>
    public ECDsa? CheckpointBy { get; init; }

    /// <summary>What the log has of it.</summary>
    public Func<string, string> Logged { get; init; } = static body => body;

    /// <summary>What the bundle says of the log.</summary>
    public Func<string, string> Entry { get; init; } = static entry => entry;

    /// <summary>The signature in the envelope.</summary>
    public Func<byte[], byte[]> Signature { get; init; } = static signature => signature;
}

namespace ImmutableBuild.Trust;

/// <summary>A private key that can sign: from a file, an environment variable, or a service that never shows it.</summary>
public interface ISigner : IDisposable
{
    /// <summary>The public half.</summary>
    PublicKey PublicKey { get; }

    /// <summary>ECDSA P-256 over SHA-256 of <paramref name="data"/>, as ASN.1 DER (RFC 3279, section 2.2.3).</summary>
    Task<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);
}

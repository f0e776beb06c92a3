using System.Security.Cryptography;

namespace ImmutableBuild.Trust.Keys;

/// <summary>Signs with a private key held in memory.</summary>
internal sealed class EcdsaSigner(ECDsa key) : ISigner
{
    /// <inheritdoc/>
    public PublicKey PublicKey { get; } = PublicKey.Of(key);

    /// <inheritdoc/>
    public Task<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(key.SignData(data.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}

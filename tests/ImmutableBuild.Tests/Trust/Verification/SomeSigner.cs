using System.Security.Cryptography;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Trust.Verification;

/// <summary>A key that nobody has seen before.</summary>
internal sealed class SomeSigner : ISigner
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public PublicKey PublicKey => PublicKey.Of(_key);

    public Task<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        Task.FromResult(_key.SignData(data.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    public void Dispose() => _key.Dispose();
}

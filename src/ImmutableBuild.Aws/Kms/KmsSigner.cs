using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Aws.Kms;

/// <summary>Has AWS KMS sign; only the digest of what is signed goes there.</summary>
internal sealed class KmsSigner(AmazonKeyManagementServiceClient client, KmsCalls calls, string keyId, PublicKey publicKey) : ISigner
{
    /// <inheritdoc/>
    public PublicKey PublicKey => publicKey;

    /// <inheritdoc/>
    public async Task<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        using var digest = new MemoryStream(SHA256.HashData(data.Span));
        var request = new SignRequest { KeyId = keyId, MessageType = MessageType.DIGEST, Message = digest, SigningAlgorithm = SigningAlgorithmSpec.ECDSA_SHA_256 };
        var answer = await calls.AskAsync(() => client.SignAsync(request, cancellationToken), cancellationToken);
        return answer.Signature.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

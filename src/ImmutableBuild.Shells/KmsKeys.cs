using ImmutableBuild.Aws.Kms;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Shells;

/// <summary>Keys of AWS KMS. AWS's assemblies are loaded when one is opened.</summary>
public static class KmsKeys
{
    /// <inheritdoc cref="OpenKmsKey"/>
    public static Task<ISigner> OpenAsync(KmsKeyReference key, CancellationToken cancellationToken) => AwsKms.OpenAsync(key, cancellationToken);
}

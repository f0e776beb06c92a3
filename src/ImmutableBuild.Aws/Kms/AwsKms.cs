using System.Net;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Aws.Kms;

/// <summary>Opens signing keys of AWS KMS. Region and credentials come from where every AWS program takes them.</summary>
public static class AwsKms
{
    /// <summary>
    /// Opens the key. Throws IMB4024 when the service refuses or the key is of another kind, IMB4025 when it doesn't answer, IMB4026 when the configuration lacks a region
    /// or credentials.
    /// </summary>
    public static async Task<ISigner> OpenAsync(KmsKeyReference key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var calls = new KmsCalls(key);
        var client = await calls.AskAsync(() => Task.FromResult(new AmazonKeyManagementServiceClient(ConfigurationOf(key))), cancellationToken);
        try
        {
            var found = await calls.AskAsync(() => client.GetPublicKeyAsync(new GetPublicKeyRequest { KeyId = key.KeyId }, cancellationToken), cancellationToken);

            // By its ARN from now on: an alias may be given to another key before it signs.
            return new KmsSigner(client, calls, found.KeyId, PublicKeyOf(found, key));
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static AmazonKeyManagementServiceConfig ConfigurationOf(KmsKeyReference key)
    {
        var configuration = new AmazonKeyManagementServiceConfig { RetryMode = RequestRetryMode.Standard, Timeout = TimeSpan.FromSeconds(20) };
        if (key.Region is { } region)
        {
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (key.Host is { } host)
        {
            // The region is what requests are signed for, whatever host they go to.
            configuration.AuthenticationRegion = key.Region ?? FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName;
            configuration.ServiceURL = $"{(IsLoopback(host) ? "http" : "https")}://{host}";
        }

        return configuration;
    }

    private static bool IsLoopback(string host)
    {
        var name = host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    private static PublicKey PublicKeyOf(GetPublicKeyResponse found, KmsKeyReference key)
    {
        if (found.KeyUsage != KeyUsageType.SIGN_VERIFY)
        {
            throw KeyErrors.KmsRefused(key.ToString(), $"it is a key for {found.KeyUsage}");
        }

        try
        {
            return PublicKey.FromSubjectPublicKeyInfo(found.PublicKey.ToArray());
        }
        catch (FormatException fault)
        {
            throw KeyErrors.KmsRefused(key.ToString(), fault.Message, fault);
        }
    }
}

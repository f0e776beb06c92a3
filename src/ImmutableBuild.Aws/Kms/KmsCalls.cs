using System.Net;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Aws.Kms;

/// <summary>Calls the service about one key, and says by code what went wrong.</summary>
internal sealed class KmsCalls(KmsKeyReference key)
{
    /// <summary>What <paramref name="ask"/> returns. Throws IMB4024 to IMB4026.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (AmazonKeyManagementServiceException fault) when (IsRefusal(fault))
        {
            throw KeyErrors.KmsRefused(key.ToString(), $"{fault.ErrorCode}: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is AmazonServiceException or HttpRequestException or OperationCanceledException or IOException)
        {
            throw KeyErrors.KmsUnreachable(key.ToString(), Innermost(fault).Message, fault);
        }
        catch (AmazonClientException fault)
        {
            throw KeyErrors.AwsConfiguration(key.ToString(), fault.Message, fault);
        }
    }

    private static bool IsRefusal(AmazonKeyManagementServiceException fault) =>
        fault.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError && fault.ErrorCode != "ThrottlingException";

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}

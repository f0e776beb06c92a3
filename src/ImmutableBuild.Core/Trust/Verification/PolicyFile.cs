using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Reads a verification policy. A member that isn't known is refused: it may have been meant to forbid something.</summary>
internal static class PolicyFile
{
    private const long LongestFile = 1024 * 1024;
    private const int OldestScan = 3650;

    /// <summary>Reads it; IMB4034 for anything else.</summary>
    public static async Task<VerificationPolicy> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            if (file.Length > LongestFile)
            {
                throw AttestationErrors.PolicyInvalid(path, $"it has {file.Length} bytes, at most {LongestFile} are read");
            }

            var policy = await JsonSerializer.DeserializeAsync(file, PolicyJson.Default.VerificationPolicy, cancellationToken);
            return FindFault(policy) is { } fault ? throw AttestationErrors.PolicyInvalid(path, fault) : policy!;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw AttestationErrors.PolicyInvalid(path, PrintableText.Of(fault.Message.TrimEnd('.')), fault);
        }
    }

    private static string? FindFault(VerificationPolicy? policy) => policy switch
    {
        null => "it is JSON's null",
        { Version: not VerificationPolicy.CurrentVersion } => $"version {VerificationPolicy.CurrentVersion} was expected, found {policy.Version}",
        { Scan.MaxAgeDays: < 1 or > OldestScan } => $"scan.maxAgeDays has to be from 1 to {OldestScan}",
        { Provenance: { Need: not Need.Ignored, Builders.IsEmpty: true } } => "provenance.builders names no builder, so that none would do",
        _ => policy.Identities.Select(identity => identity is null ? "an identity is null" : identity.FindFault()).FirstOrDefault(fault => fault is not null),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(CamelCaseEnumConverter<Need>), typeof(CamelCaseEnumConverter<RepositoryRule>)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(VerificationPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext;

/// <summary>An enumeration by its words as JSON has them, <c>ifPresent</c>; never by its numbers.</summary>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

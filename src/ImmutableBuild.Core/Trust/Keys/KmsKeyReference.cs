using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Trust.Keys;

/// <summary>
/// A key of AWS KMS, named as cosign names it: <c>awskms://[host]/</c> and then the key's id, <c>alias/name</c>, or the ARN of either.
/// </summary>
/// <param name="Host">The service's host, where it isn't AWS's own: a VPC endpoint, <c>localhost:4566</c>. Null for AWS's own.</param>
/// <param name="KeyId">What KMS takes as <c>KeyId</c>.</param>
/// <param name="Region">The region that an ARN names; null where the key is named without, and AWS's own configuration decides.</param>
public sealed partial record KmsKeyReference(string? Host, string KeyId, string? Region)
{
    /// <summary>What a reference looks like, for people.</summary>
    public const string Form = "'awskms:///alias/name', or a key's id or the ARN of either in place of 'alias/name'; another endpoint's host may stand after 'awskms://'";

    private const string Scheme = "awskms://";
    private const string Alias = "alias/[A-Za-z0-9/_-]{1,250}";
    private const string Id = "(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})";

    /// <summary>Whether <paramref name="text"/> means a key of this kind, well-formed or not.</summary>
    public static bool IsMeantBy(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads a reference; false for anything else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KmsKeyReference? reference)
    {
        var match = Pattern.Match(text);
        reference = match.Success ? new KmsKeyReference(Group("host"), match.Groups["key"].Value, Group("region")) : null;
        return match.Success;

        string? Group(string name) => match.Groups[name] is { Success: true, Value: var value } ? value : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Host}/{KeyId}";

    [GeneratedRegex(
        $@"^{Scheme}(?<host>[A-Za-z0-9.-]+(:[0-9]{{1,5}})?)?/(?<key>{Id}|{Alias}|arn:aws[a-z-]*:kms:(?<region>[a-z0-9-]+):[0-9]{{12}}:(key/{Id}|{Alias}))\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }
}

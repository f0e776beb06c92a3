using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust.Verification;

/// <summary>How a check ended.</summary>
public enum VerificationOutcome
{
    /// <summary>It holds.</summary>
    Ok,

    /// <summary>It doesn't, and the image may not run.</summary>
    Refused,

    /// <summary>There is nothing to check, and the policy takes that.</summary>
    Absent,

    /// <summary>It was not checked.</summary>
    NotChecked,
}

/// <summary>What was checked of an image, and what was not.</summary>
/// <param name="Repository">Where it is.</param>
/// <param name="Image">Its digest.</param>
/// <param name="Commit">The commit it was held to, or that its signature names; null where it has none.</param>
/// <param name="Rows">The checks, in order.</param>
public sealed record VerificationReport(string Repository, Digest Image, CommitSha? Commit, ImmutableArray<VerificationRow> Rows)
{
    /// <summary>Nothing was refused.</summary>
    public bool Passed => Rows.All(row => row.Outcome != VerificationOutcome.Refused);

    /// <summary>Throws the first refusal.</summary>
    public void ThrowIfRefused()
    {
        if (Rows.FirstOrDefault(row => row.Refusal is not null) is { } refused)
        {
            throw refused.Refusal!;
        }
    }
}

/// <summary>One check.</summary>
/// <param name="Check">Of what, in a word or two.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What was found, or why it was not checked.</param>
public sealed record VerificationRow(string Check, VerificationOutcome Outcome, string Detail)
{
    /// <summary>The error that a refusal is; null for none.</summary>
    [JsonIgnore]
    public ImmutableBuildException? Refusal { get; init; }

    /// <summary>The outcome as people read it.</summary>
    [JsonIgnore]
    public string Word => Outcome switch
    {
        VerificationOutcome.Ok => "ok",
        VerificationOutcome.Refused => "REFUSED",
        VerificationOutcome.Absent => "absent",
        _ => "not checked",
    };

    /// <summary>A check that holds.</summary>
    public static VerificationRow Ok(string check, string detail) => new(check, VerificationOutcome.Ok, detail);

    /// <summary>A check that was not made.</summary>
    public static VerificationRow NotChecked(string check, string why) => new(check, VerificationOutcome.NotChecked, why);

    /// <summary>A check that fails.</summary>
    public static VerificationRow Refused(string check, ImmutableBuildException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new(check, VerificationOutcome.Refused, $"{refusal.Code}: {refusal.Diagnostics[0].Message}") { Refusal = refusal };
    }
}

/// <summary>The JSON form of the report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(VerificationReport))]
public sealed partial class VerificationJson : JsonSerializerContext;

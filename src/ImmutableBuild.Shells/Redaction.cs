using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Shells;

/// <summary>Takes the values of secrets out of what is told. None should be in it: this is the last door, not the first.</summary>
public sealed class Redaction
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    // A value this short is in every other word, and no secret.
    private const int Shortest = 4;

    private readonly ImmutableArray<string> _values;

    /// <summary>Masks these values, and each line of one that has several.</summary>
    public Redaction(IEnumerable<string?> values) => _values =
    [
        .. values.OfType<string>().SelectMany(value => value.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Append(value))
            .Where(value => value.Trim().Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(value => value.Length),
    ];

    /// <summary>The values.</summary>
    public IEnumerable<string> Values => _values;

    /// <summary>The values of every variable that the options name as one that holds a secret.</summary>
    public static IEnumerable<string?> SecretsOf(ReleaseOptions options, Func<string, string?> readVariable) =>
        new[] { options.Push.PasswordVariable, options.Sign.KeyVariable, options.Sign.KeyPasswordVariable, options.GitHub.TokenVariable }
            .OfType<string>().Concat(options.SecretVariables.Values).Concat(options.SecretFileVariables.Values).Distinct(StringComparer.Ordinal).Select(readVariable);

    /// <summary>The text without the values.</summary>
    public string Of(string text) => _values.Aggregate(text, (told, value) => told.Replace(value, Mask, StringComparison.Ordinal));

    /// <summary>The diagnostic without the values.</summary>
    public Diagnostic Of(Diagnostic diagnostic) => diagnostic with { Message = Of(diagnostic.Message) };

    /// <summary>The refusal without the values; the same one where it has none.</summary>
    public ImmutableBuildException Of(ImmutableBuildException refusal) =>
        Of(refusal.ToString()) == refusal.ToString() ? refusal : new ImmutableBuildException([.. refusal.Diagnostics.Select(Of)]);

    /// <summary>What makes GitHub's runner mask the values in whatever is printed afterwards: workflow commands, one a line.</summary>
    public IEnumerable<string> MaskCommands() =>
        _values.Where(value => !value.AsSpan().ContainsAny('\r', '\n')).Select(value => $"::add-mask::{value.Replace("%", "%25", StringComparison.Ordinal)}");
}

using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Secrets in the image's configuration: environment variables, labels, and the commands of its history.</summary>
internal static partial class EnvironmentSecrets
{
    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3105", "A secret is in the image's configuration",
        "The configuration is readable by everyone who may pull the image; it needs no unpacking.",
        "Remove the variable from the image, give it to the instances as a secret (ImmutableSecret items), and replace the secret: it must count as known.");

    /// <summary>Looks at names that promise a secret, and at values that have the form of one.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var config = context.Image.Config;
        foreach (var variable in config.Config?.Env ?? [])
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals > 0 ? (variable[..equals], variable[(equals + 1)..]) : (variable, "");
            if (SecretPatterns.FindTokens(value).FirstOrDefault().Kind is { } kind)
            {
                yield return ToFinding($"variable {name}", $"Its value is {kind}.");
            }
            else if (PromisesSecret().IsMatch(name) && !value.StartsWith('/') && !SecretPatterns.IsPlaceholder(value))
            {
                yield return ToFinding($"variable {name}", "By its name it holds a secret.");
            }
        }

        foreach (var (name, value) in config.Config?.Labels ?? OciAnnotations.None)
        {
            if (SecretPatterns.FindTokens(value).FirstOrDefault().Kind is { } kind)
            {
                yield return ToFinding($"label {name}", $"Its value is {kind}.");
            }
        }

        var step = 0;
        foreach (var entry in config.History ?? [])
        {
            step++;
            if (SecretPatterns.FindTokens(entry.CreatedBy ?? "").FirstOrDefault().Kind is { } kind)
            {
                yield return ToFinding($"history, step {step}", $"Its command holds {kind}.");
            }
        }
    }

    private static Finding ToFinding(string subject, string message) => new()
    {
        Id = Rule.Code, Severity = FindingSeverity.High, Subject = subject, Message = message, WayOut = Rule.Cure,
    };

    // Not DB_PASSWORD_FILE or TOKEN_URL: these say where a secret is.
    [GeneratedRegex(@"(?i)(password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)$", RegexOptions.ExplicitCapture)]
    private static partial Regex PromisesSecret();
}

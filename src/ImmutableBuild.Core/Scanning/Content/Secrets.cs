using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Private keys and tokens in the image's text files.</summary>
internal static class Secrets
{
    private const int MaximumFileLength = 1024 * 1024;
    private const int MaximumOfAFile = 5;

    // Documentation and test data of the distribution are full of keys that everybody knows.
    private static readonly string[] BaseDocumentation = ["usr/share/doc/", "usr/share/man/", "usr/share/perl", "usr/lib/python", "usr/share/zoneinfo/"];

    /// <summary>The row of private keys.</summary>
    public static ErrorDescriptor PrivateKeyRule { get; } = new(
        "IMB3103", "A private key is in the image",
        "Everyone who may pull the image has the key, for as long as any copy of the image exists.",
        "Take the file out of the publish output, give the key to the instances as a secret (ImmutableSecret items), and replace the key: it must count as known.");

    /// <summary>The row of tokens and passwords in files.</summary>
    public static ErrorDescriptor TokenRule { get; } = new(
        "IMB3104", "A token or password is in a file of the image",
        "Everyone who may pull the image has the secret, for as long as any copy of the image exists.",
        "Take it out of the file, give it to the instances as a secret (ImmutableSecret items), and replace it: it must count as known.");

    /// <summary>Reads every small text file once.</summary>
    public static IEnumerable<Finding> Check(ContentContext context, CancellationToken cancellationToken)
    {
        foreach (var file in context.Image.Entries.Where(entry => entry.Kind == ImageEntryKind.File && entry.Size > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsKeyStore(file) && !context.IsFromBase(file))
            {
                yield return ToFinding(context, PrivateKeyRule, FindingSeverity.High, file, "a key store (PKCS#12)", 0);
            }
            else if (file.Size <= MaximumFileLength && !IsBaseDocumentation(context, file))
            {
                foreach (var finding in CheckText(context, file))
                {
                    yield return finding;
                }
            }
        }
    }

    private static IEnumerable<Finding> CheckText(ContentContext context, ImageEntry file) =>
        SecretSpots.Read(context.Image.Ask(file, "secrets", SecretSpots.Find)).Take(MaximumOfAFile)
            .Select(spot => spot.IsKey
                ? ToFinding(context, PrivateKeyRule, FindingSeverity.Critical, file, spot.Kind, spot.Line)
                : ToFinding(context, TokenRule, FindingSeverity.High, file, spot.Kind, spot.Line));

    private static bool IsKeyStore(ImageEntry file) =>
        file.Path.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".p12", StringComparison.OrdinalIgnoreCase);

    private static bool IsBaseDocumentation(ContentContext context, ImageEntry file) =>
        context.IsFromBase(file) && file.Path.BeginsWithAny(BaseDocumentation);

    private static Finding ToFinding(ContentContext context, ErrorDescriptor rule, FindingSeverity severity, ImageEntry file, string kind, int line) => new()
    {
        Id = rule.Code,
        Severity = severity,
        Subject = line > 0 ? $"/{file.Path}:{line}" : $"/{file.Path}",
        Message = $"It holds {kind}{(context.IsFromBase(file) ? ", and comes from the base image" : "")}.",
        WayOut = rule.Cure,
        Path = file.Path,
        Line = line,
        Layer = file.Layer,
    };
}

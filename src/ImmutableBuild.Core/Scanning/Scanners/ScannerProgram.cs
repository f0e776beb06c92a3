using System.Diagnostics.CodeAnalysis;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>A scanner of others, as the user names it: <c>trivy</c> or <c>grype</c> on the PATH, or a path whose file is called so; <c>@sha256:…</c> pins the program.</summary>
/// <param name="Kind"><c>trivy</c> or <c>grype</c>.</param>
/// <param name="Program">The name or the path.</param>
/// <param name="Pin">The digest that the program must have; null for any.</param>
public sealed record ScannerProgram(string Kind, string Program, Digest? Pin)
{
    private static readonly string[] s_kinds = ["trivy", "grype"];

    /// <summary>Reads what the user wrote.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ScannerProgram? scanner)
    {
        ArgumentNullException.ThrowIfNull(text);
        scanner = null;
        var at = text.LastIndexOf("@sha256:", StringComparison.Ordinal);
        Digest? pin = null;
        if (at >= 0)
        {
            if (!Digest.TryParse(text[(at + 1)..], out var digest))
            {
                return false;
            }

            pin = digest;
        }

        var program = at < 0 ? text : text[..at];
        var kind = s_kinds.FirstOrDefault(kind => Path.GetFileName(program).StartsWith(kind, StringComparison.OrdinalIgnoreCase));
        if (kind is null || program.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        scanner = new ScannerProgram(kind, program, pin);
        return true;
    }
}

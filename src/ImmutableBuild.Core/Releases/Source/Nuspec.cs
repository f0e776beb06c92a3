using System.Xml;
using System.Xml.Linq;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Releases.Source;

/// <summary>What a package says of itself (learn.microsoft.com, ".nuspec reference").</summary>
/// <param name="License">What it may be used under.</param>
/// <param name="Authors">Who made it.</param>
internal sealed record Nuspec(License? License, string? Authors)
{
    private const int MaximumLength = 1024 * 1024;

    // Where a package names its license only by the address that NuGet itself gives to a file within it.
    private const string DeprecatedUrl = "https://aka.ms/deprecateLicenseUrl";
    private const string ExpressionUrl = "https://licenses.nuget.org/";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = MaximumLength, XmlResolver = null };

    /// <summary>Reads it; null where it is missing, too large or no nuspec: then nothing is known.</summary>
    public static Nuspec? TryRead(string file)
    {
        try
        {
            using var reader = XmlReader.Create(file, Settings);
            var metadata = XDocument.Load(reader).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata");
            return metadata is null ? null : new Nuspec(LicenseOf(metadata), Text(metadata, "authors"));
        }
        catch (Exception fault) when (fault is XmlException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static License? LicenseOf(XElement metadata)
    {
        var license = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license");
        var url = Text(metadata, "licenseUrl");
        return license?.Attribute("type")?.Value switch
        {
            "expression" => License.Of(license.Value),
            "file" => License.Named($"in the package's file {license.Value.Trim()}"),
            _ when url is null or DeprecatedUrl => null,
            _ when url.StartsWith(ExpressionUrl, StringComparison.Ordinal) => License.Of(Uri.UnescapeDataString(url[ExpressionUrl.Length..])),
            _ => License.Named(url),
        };
    }

    private static string? Text(XElement metadata, string name) =>
        metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim() is { Length: > 0 } text ? text[..Math.Min(text.Length, 200)] : null;
}

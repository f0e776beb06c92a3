using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Reports;

/// <summary>Writes a bill of materials as an SPDX 2.3 document (ISO/IEC 5962's successor, spdx.github.io/spdx-spec/v2.3). The same image gives the same bytes.</summary>
internal static class Spdx
{
    private const string Document = "SPDXRef-DOCUMENT";
    private const string Image = "SPDXRef-Image";
    private const string NotSaid = "NOASSERTION";

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(Inventory inventory, SbomSubject subject) => ReportJson.Write(json =>
    {
        json.WriteString("spdxVersion", "SPDX-2.3");
        json.WriteString("dataLicense", "CC0-1.0");
        json.WriteString("SPDXID", Document);
        json.WriteString("name", $"{subject.Name} {subject.Image}");
        json.WriteString("documentNamespace", $"urn:uuid:{subject.SerialOf("SPDX")}");
        json.WriteObject("creationInfo", () =>
        {
            json.WriteString("created", subject.Timestamp);
            json.WriteStartArray("creators");
            json.WriteStringValue($"Tool: ImmutableBuild-{subject.ScannerVersion}");
            json.WriteEndArray();
        });
        json.WriteStartArray("packages");
        WriteImage(json, inventory, subject);
        foreach (var component in inventory.Components)
        {
            WritePackage(json, component);
        }

        json.WriteEndArray();
        json.WriteObjects("relationships", Relationships(inventory), relationship =>
        {
            json.WriteString("spdxElementId", relationship.From);
            json.WriteString("relationshipType", relationship.Type);
            json.WriteString("relatedSpdxElement", relationship.To);
        });
    });

    private static void WriteImage(Utf8JsonWriter json, Inventory inventory, SbomSubject subject)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", Image);
        json.WriteString("name", subject.Name);
        json.WriteString("versionInfo", subject.Version);
        WriteUnknown(json, NotSaid);
        json.WriteString("primaryPackagePurpose", "CONTAINER");
        WriteChecksum(json, "SHA256", subject.Image.Hex);
        if (inventory.Os is { } os)
        {
            json.WriteString("sourceInfo", $"made of {os.Name}");
        }

        json.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter json, Component component)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", IdOf(component.Reference));
        json.WriteString("name", component.Name);
        json.WriteString("versionInfo", component.Version);
        json.WriteString("supplier", component.Supplier is { } supplier ? $"Organization: {supplier}" : NotSaid);
        WriteUnknown(json, component.License is { IsExpression: true } license ? license.Text : NotSaid);
        if (component.License is { IsExpression: false } named)
        {
            json.WriteString("licenseComments", $"Declared as: {named.Text}");
        }

        json.WriteString("primaryPackagePurpose", component.Kind switch
        {
            ComponentKind.Application => "APPLICATION",
            ComponentKind.Framework => "FRAMEWORK",
            _ => "LIBRARY",
        });
        if (component.PackageSha512 is { } sha512)
        {
            WriteChecksum(json, "SHA512", sha512);
        }

        json.WriteString("sourceInfo", $"layer {component.Layer}; named by {string.Join(", ", component.Locations.Select(location => "/" + location))}");
        if (component.Purl is { } purl)
        {
            json.WriteObjects("externalRefs", [purl], locator =>
            {
                json.WriteString("referenceCategory", "PACKAGE-MANAGER");
                json.WriteString("referenceType", "purl");
                json.WriteString("referenceLocator", locator);
            });
        }

        json.WriteEndObject();
    }

    // What the format asks for, and a scan of an image does not find out.
    private static void WriteUnknown(Utf8JsonWriter json, string licenseDeclared)
    {
        json.WriteString("downloadLocation", NotSaid);
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", NotSaid);
        json.WriteString("licenseDeclared", licenseDeclared);
        json.WriteString("copyrightText", NotSaid);
    }

    private static void WriteChecksum(Utf8JsonWriter json, string algorithm, string hex) => json.WriteObjects("checksums", [hex], content =>
    {
        json.WriteString("algorithm", algorithm);
        json.WriteString("checksumValue", content);
    });

    private static IEnumerable<(string From, string Type, string To)> Relationships(Inventory inventory) =>
    [
        (Document, "DESCRIBES", Image),
        .. inventory.Components.Select(component => (Image, "CONTAINS", IdOf(component.Reference))),
        .. SbomSubject.Roots(inventory).Select(reference => (Image, "DEPENDS_ON", IdOf(reference))),
        .. inventory.Components.SelectMany(component => component.DependsOn.Select(needed => (IdOf(component.Reference), "DEPENDS_ON", IdOf(needed)))),
    ];

    // Ids hold letters, digits, '.' and '-' only; references hold anything.
    private static string IdOf(string reference) => $"SPDXRef-Package-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference)).AsSpan(0, 16))}";
}

using System.Text.Json;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Reports;

/// <summary>Writes a bill of materials (CycloneDX 1.6, ECMA-424). The same image gives the same bytes.</summary>
internal static class CycloneDx
{
    /// <summary>The file's bytes.</summary>
    public static byte[] Write(Inventory inventory, SbomSubject subject) => ReportJson.Write(json =>
    {
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{subject.SerialOf("CycloneDX")}");
        json.WriteNumber("version", 1);
        json.WriteObject("metadata", () => WriteMetadata(json, subject));
        json.WriteStartArray("components");
        if (inventory.Os is { } os)
        {
            WriteOs(json, os);
        }

        foreach (var component in inventory.Components)
        {
            WriteComponent(json, component);
        }

        json.WriteEndArray();
        json.WriteStartArray("dependencies");
        foreach (var component in inventory.Components)
        {
            WriteDependency(json, component.Reference, component.DependsOn);
        }

        // Last, so that what names the image is at both ends, and all between them is the same for any image of the same packages.
        WriteDependency(json, subject.Image.ToString(), SbomSubject.Roots(inventory));
        json.WriteEndArray();
    });

    private static void WriteDependency(Utf8JsonWriter json, string reference, IEnumerable<string> needed)
    {
        json.WriteStartObject();
        json.WriteString("ref", reference);
        json.WriteStartArray("dependsOn");
        foreach (var other in needed)
        {
            json.WriteStringValue(other);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, SbomSubject subject)
    {
        json.WriteString("timestamp", subject.Timestamp);
        json.WriteObject("tools", () => json.WriteObjects("components", [subject.ScannerVersion], version =>
        {
            json.WriteString("type", "application");
            json.WriteString("name", "ImmutableBuild");
            json.WriteString("version", version);
        }));
        json.WriteObject("component", () =>
        {
            json.WriteString("type", "container");
            json.WriteString("bom-ref", subject.Image.ToString());
            json.WriteString("name", subject.Name);
            json.WriteString("version", subject.Version);
            WriteHash(json, "SHA-256", subject.Image.Hex);
        });
    }

    // Scanners that are given the file look here for whose advisories count.
    private static void WriteOs(Utf8JsonWriter json, OsRelease os)
    {
        json.WriteStartObject();
        json.WriteString("type", "operating-system");
        json.WriteString("bom-ref", $"os:{os.Id}@{os.VersionId}");
        json.WriteString("name", os.Id);
        if (os.VersionId is { } version)
        {
            json.WriteString("version", version);
        }

        json.WriteString("description", os.Name);
        json.WriteEndObject();
    }

    private static void WriteComponent(Utf8JsonWriter json, Component component)
    {
        json.WriteStartObject();
        json.WriteString("type", component.Kind switch
        {
            ComponentKind.Application => "application",
            ComponentKind.Framework => "framework",
            _ => "library",
        });
        json.WriteString("bom-ref", component.Reference);
        if (component.Supplier is { } supplier)
        {
            json.WriteObject("supplier", () => json.WriteString("name", supplier));
        }

        json.WriteString("name", component.Name);
        json.WriteString("version", component.Version);
        if (component.PackageSha512 is { } sha512)
        {
            WriteHash(json, "SHA-512", sha512);
        }

        if (component.License is { } license)
        {
            json.WriteObjects("licenses", [license], found => WriteLicense(json, found));
        }

        if (component.Purl is { } purl)
        {
            json.WriteString("purl", purl);
        }

        json.WriteObjects("properties", [("immutablebuild:layer", component.Layer.ToString())], property =>
        {
            json.WriteString("name", property.Item1);
            json.WriteString("value", property.Item2);
        });
        json.WriteObject("evidence", () => json.WriteObjects("occurrences", component.Locations, location => json.WriteString("location", "/" + location)));
        json.WriteEndObject();
    }

    private static void WriteLicense(Utf8JsonWriter json, License license)
    {
        if (license.IsExpression)
        {
            json.WriteString("expression", license.Text);
        }
        else
        {
            json.WriteObject("license", () => json.WriteString("name", license.Text));
        }
    }

    private static void WriteHash(Utf8JsonWriter json, string algorithm, string hex) => json.WriteObjects("hashes", [hex], content =>
    {
        json.WriteString("alg", algorithm);
        json.WriteString("content", content);
    });
}

using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Reports;

/// <summary>What a bill of materials is about.</summary>
/// <param name="Name">The image's repository.</param>
/// <param name="Version">The commit.</param>
/// <param name="Image">The image's digest.</param>
/// <param name="Time">The commit's time; the only time in the file.</param>
/// <param name="ScannerVersion">The version of the tool that lists it.</param>
internal sealed record SbomSubject(string Name, string Version, Digest Image, DateTimeOffset Time, string ScannerVersion);

/// <summary>Writes a bill of materials (CycloneDX 1.6, ECMA-424). The same image gives the same bytes.</summary>
internal static class CycloneDx
{
    /// <summary>The file's bytes.</summary>
    public static byte[] Write(Inventory inventory, SbomSubject subject) => ReportJson.Write(json =>
    {
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{SerialOf(subject.Image)}");
        json.WriteNumber("version", 1);
        json.WriteObject("metadata", () => WriteMetadata(json, inventory, subject));
        json.WriteObjects("components", inventory.Components, component => WriteComponent(json, component));
        json.WriteObjects("dependencies", [RootDependency(inventory, subject), .. inventory.Components.Select(c => (c.Reference, Of: (IEnumerable<string>)c.DependsOn))], dependency =>
        {
            json.WriteString("ref", dependency.Reference);
            json.WriteStartArray("dependsOn");
            foreach (var reference in dependency.Of)
            {
                json.WriteStringValue(reference);
            }

            json.WriteEndArray();
        });
    });

    private static void WriteMetadata(Utf8JsonWriter json, Inventory inventory, SbomSubject subject)
    {
        json.WriteString("timestamp", subject.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
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
        if (inventory.Os is { } os)
        {
            json.WriteObjects("properties", [("immutablebuild:os", os.Name)], property => WriteProperty(json, property));
        }
    }

    private static void WriteComponent(Utf8JsonWriter json, Component component)
    {
        json.WriteString("type", component.Kind switch
        {
            ComponentKind.Application => "application",
            ComponentKind.Framework => "framework",
            _ => "library",
        });
        json.WriteString("bom-ref", component.Reference);
        json.WriteString("name", component.Name);
        json.WriteString("version", component.Version);
        if (component.PackageSha512 is { } sha512)
        {
            WriteHash(json, "SHA-512", sha512);
        }

        if (component.Purl is { } purl)
        {
            json.WriteString("purl", purl);
        }

        json.WriteObjects("properties", [("immutablebuild:layer", component.Layer.ToString())], property => WriteProperty(json, property));
        json.WriteObject("evidence", () => json.WriteObjects("occurrences", component.Locations, location => json.WriteString("location", "/" + location)));
    }

    private static void WriteHash(Utf8JsonWriter json, string algorithm, string hex) => json.WriteObjects("hashes", [hex], content =>
    {
        json.WriteString("alg", algorithm);
        json.WriteString("content", content);
    });

    private static void WriteProperty(Utf8JsonWriter json, (string Name, string Value) property)
    {
        json.WriteString("name", property.Name);
        json.WriteString("value", property.Value);
    }

    // The image needs what nothing else in it needs.
    private static (string Reference, IEnumerable<string> Of) RootDependency(Inventory inventory, SbomSubject subject)
    {
        var needed = inventory.Components.SelectMany(component => component.DependsOn).ToHashSet(StringComparer.Ordinal);
        return (subject.Image.ToString(), inventory.Components.Select(component => component.Reference).Where(reference => !needed.Contains(reference)));
    }

    // RFC 9562, section 5.8: a UUID whose bits are the writer's own; here the first 122 of the image's digest.
    private static Guid SerialOf(Digest image)
    {
        var bytes = Convert.FromHexString(image.Hex)[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

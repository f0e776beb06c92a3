using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Reports;

/// <summary>What a bill of materials is about.</summary>
/// <param name="Name">The image's repository.</param>
/// <param name="Version">The commit.</param>
/// <param name="Image">The image's digest.</param>
/// <param name="Time">The commit's time; the only time in the file.</param>
/// <param name="ScannerVersion">The version of the tool that lists it.</param>
internal sealed record SbomSubject(string Name, string Version, Digest Image, DateTimeOffset Time, string ScannerVersion)
{
    /// <summary>The time as both formats write it.</summary>
    public string Timestamp => Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A UUID that follows from the image, the tool and the format (RFC 9562, section 5.8: its bits are the writer's own).</summary>
    public Guid SerialOf(string format)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{format}\n{Image}\n{ScannerVersion}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The components that nothing else in the image needs: what the image needs itself.</summary>
    public static IEnumerable<string> Roots(Inventory inventory)
    {
        var needed = inventory.Components.SelectMany(component => component.DependsOn).ToHashSet(StringComparer.Ordinal);
        return inventory.Components.Select(component => component.Reference).Where(reference => !needed.Contains(reference));
    }
}

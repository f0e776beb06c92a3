using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>Reads rpm's list of installed packages (<c>rpmdb.sqlite</c>, rpm 4.16 and newer): a table of headers.</summary>
internal static class RpmDatabase
{
    private const uint Name = 1000;
    private const uint Version = 1001;
    private const uint Release = 1002;
    private const uint Epoch = 1003;
    private const uint Vendor = 1011;
    private const uint LicenseText = 1014;
    private const uint Architecture = 1022;
    private const uint SourceRpm = 1044;
    private const uint ProvideName = 1047;
    private const uint RequireName = 1049;

    // Keys that packages are verified by are in the same table.
    private const string PublicKey = "gpg-pubkey";

    /// <summary>The installed packages. Throws <see cref="FormatException"/> for a database or a package that can't be read.</summary>
    /// <param name="database">The file; can seek.</param>
    /// <param name="os">The distribution; part of the package URLs.</param>
    /// <param name="path">Where the file is.</param>
    /// <param name="layer">The layer it came in.</param>
    public static ImmutableArray<Component> Read(Stream database, OsRelease os, string path, Digest layer)
    {
        var packages = new SqliteFile(database).ReadTable("Packages")
            .Select(row => row is [_, { Blob: { } header }, ..] ? new RpmHeader(header) : throw new FormatException("a row of Packages holds no header"))
            .Where(header => header.Text(Name) != PublicKey)
            .Select(header => ToPackage(header, os, path, layer))
            .ToArray();
        return Dependencies.Resolve(packages);
    }

    private static ProvidingPackage ToPackage(RpmHeader header, OsRelease os, string path, Digest layer)
    {
        var name = header.Text(Name) ?? throw new FormatException("a package has no name");
        var version = $"{header.Text(Version) ?? throw new FormatException($"the package '{name}' has no version")}-{header.Text(Release) ?? throw new FormatException($"the package '{name}' has no release")}";
        var epoch = header.Number(Epoch)?.ToString(CultureInfo.InvariantCulture);
        var source = header.Text(SourceRpm);
        var full = epoch is null ? version : $"{epoch}:{version}";
        var component = new Component
        {
            Kind = ComponentKind.Library,
            Name = name,
            Version = full,
            Purl = PackageUrl.Of("rpm", os.Id == "rhel" ? "redhat" : os.Id, name, version, Qualifiers(header.Text(Architecture), os, epoch, source)),
            Advisory = os.Ecosystem is { } ecosystem ? RpmAdvisories.IdentityOf(ecosystem, name, epoch, version, source) : null,
            License = License.Named(header.Text(LicenseText)),
            Supplier = header.Text(Vendor),
            Locations = ImmutableSortedSet.Create(StringComparer.Ordinal, path),
            Layer = layer,
        };
        return new ProvidingPackage(component, [.. header.Texts(ProvideName)], [.. header.Texts(RequireName)]);
    }

    private static (string Name, string Value)[] Qualifiers(string? architecture, OsRelease os, string? epoch, string? source)
    {
        (string Name, string? Value)[] all =
        [
            ("arch", architecture), ("distro", os.VersionId is null ? os.Id : $"{os.Id}-{os.VersionId}"), ("epoch", epoch), ("upstream", source),
        ];
        return [.. all.Where(qualifier => qualifier.Value is not null).Select(qualifier => (qualifier.Name, qualifier.Value!))];
    }
}

using System.IO.Compression;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Scanning.Packages;

/// <summary>
/// A database that rpm 4.18 wrote: 43 packages on many pages, one of them (shop-filler) on a chain of overflow pages. An integration
/// test makes one anew and compares with what rpm says.
/// </summary>
public sealed class RpmDatabaseTests
{
    private static readonly Digest Layer = Digest.Of("layer"u8);
    private static readonly OsRelease Rocky = new("rocky", "9.4", "Rocky Linux 9.4 (Blue Onyx)");

    public static byte[] Real { get; } = Unpack("rpmdb.sqlite.gz");

    /// <summary>Four of its packages on pages of 512 bytes, so that a few kilobytes have pages of every kind.</summary>
    public static byte[] Small { get; } = Unpack("rpmdb-small.sqlite.gz");

    [Fact]
    public void Lists_every_package_with_its_license_vendor_and_source()
    {
        var packages = Read(Real);

        packages.Length.ShouldBe(43);
        packages.Select(package => package.Name).Distinct().Count().ShouldBe(43);
        var library = packages.Single(package => package.Name == "libshop");
        library.Version.ShouldBe("1:2.3.4-5.el9");
        library.Purl.ShouldBe("pkg:rpm/rocky/libshop@2.3.4-5.el9?arch=x86_64&distro=rocky-9.4&epoch=1&upstream=libshop-2.3.4-5.el9.src.rpm");
        library.License.ShouldBe(new License("MIT and (GPLv2+ or BSD)", IsExpression: false));
        library.Supplier.ShouldBe("Shop Project");
        library.Layer.ShouldBe(Layer);
        packages.Single(package => package.Name == "part00").Version.ShouldBe("1:2.3.4-5.el9");
    }

    [Fact]
    public void Pages_of_any_size_are_read() => Read(Small).Select(package => package.Name).ShouldBe(["libshop", "shop-tools", "part00", "part01"], ignoreOrder: true);

    [Fact]
    public void The_graph_follows_what_is_required_and_provided()
    {
        var packages = Read(Real);

        packages.Single(package => package.Name == "shop-tools").DependsOn
            .ShouldBe(new[] { "libshop", "shop-filler" }.Select(name => packages.Single(package => package.Name == name).Reference));
    }

    [Theory]
    [InlineData("rhel", "pkg:rpm/redhat/")]
    [InlineData("fedora", "pkg:rpm/fedora/")]
    public void The_package_urls_namespace_is_the_vendor(string id, string start) =>
        RpmDatabase.Read(new MemoryStream(Real), Rocky with { Id = id }, "x", Layer).ShouldAllBe(package => package.Purl!.StartsWith(start));

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(4096)]
    [InlineData(200_000)]
    public void A_database_cut_off_is_refused(int length) => Should.Throw<FormatException>(() => Read(Real[..length]));

    [Fact]
    public void Pages_that_lead_in_a_circle_are_refused()
    {
        var database = Real.ToArray();
        // The schema is on page 1; as an interior page whose only child is itself it never ends.
        database[100] = 0x05;
        database.AsSpan(103, 2).Clear();
        new byte[] { 0, 0, 0, 1 }.CopyTo(database, 108);

        Should.Throw<FormatException>(() => Read(database)).Message.ShouldContain("twice");
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0 })]
    public void A_header_that_says_more_than_it_has_is_refused(byte[] header) => Should.Throw<FormatException>(() => new RpmHeader(header));

    private static System.Collections.Immutable.ImmutableArray<Component> Read(byte[] database) => RpmDatabase.Read(new MemoryStream(database), Rocky, "var/lib/rpm/rpmdb.sqlite", Layer);

    private static byte[] Unpack(string name)
    {
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(GeneratedFile.RepositoryRoot(), "tests/ImmutableBuild.Tests/Scanning/Packages/Data", name)), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}

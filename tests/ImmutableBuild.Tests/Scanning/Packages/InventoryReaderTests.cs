using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.Images.Contents;

namespace ImmutableBuild.Tests.Scanning.Packages;

public sealed class InventoryReaderTests : IDisposable
{
    private const string OsRelease = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
    private const string Libc = "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\n";
    private const string Curl = "Package: curl\nVersion: 7.88.1-10\nArchitecture: amd64\nDepends: libc6\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;

    public InventoryReaderTests() => _layout = OciLayout.OpenOrCreate(_directory["layout"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_package_belongs_to_the_layer_that_installed_it()
    {
        var (inventory, layers) = await ReadAsync(
            new RawTar().File("etc/os-release", OsRelease).File("var/lib/dpkg/status", Libc),
            new RawTar().File("etc/unrelated"),
            new RawTar().File("var/lib/dpkg/status", $"{Libc}\n{Curl}"));

        inventory.Components.Select(component => (component.Name, component.Layer)).ShouldBe([("curl", layers[2]), ("libc6", layers[0])]);
    }

    [Fact]
    public async Task An_upgraded_package_belongs_to_the_layer_that_upgraded_it_and_a_removed_one_to_none()
    {
        var (inventory, layers) = await ReadAsync(
            new RawTar().File("etc/os-release", OsRelease).File("var/lib/dpkg/status", $"{Libc}\n{Curl}"),
            new RawTar().File("var/lib/dpkg/status", Libc.Replace("2.36-9", "2.36-10", StringComparison.Ordinal)));

        inventory.Components.ShouldHaveSingleItem().Layer.ShouldBe(layers[1]);
    }

    [Fact]
    public async Task A_library_in_two_layers_belongs_to_the_lower_one_and_both_places_are_named()
    {
        var (inventory, layers) = await ReadAsync(
            new RawTar().File("usr/tool/tool.deps.json", ScannedImage.DepsJson),
            new RawTar().File("app/Shop.deps.json", ScannedImage.DepsJson));

        var library = inventory.Components.Single(component => component.Name == "Newtonsoft.Json");
        library.Layer.ShouldBe(layers[0]);
        library.Locations.ShouldBe(["app/Shop.deps.json", "usr/tool/tool.deps.json"]);
    }

    [Fact]
    public async Task A_single_file_app_says_itself_what_is_in_it()
    {
        var (inventory, _) = await ReadAsync(new RawTar().Entry('0', "app/Shop", BundleBytes.Make(ScannedImage.DepsJson), mode: 0x1ED));

        inventory.Components.Select(component => component.Reference).ShouldBe(["pkg:nuget/Newtonsoft.Json@12.0.1", "project:Shop@1.0.0"]);
        inventory.Unread.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_app_that_says_nothing_has_what_it_was_built_from()
    {
        var (inventory, layers) = await ReadAsync(Built("Shop"), new RawTar().Entry('0', "app/Shop", new byte[100], mode: 0x1ED));

        inventory.Components.Select(component => component.Reference).ShouldBe(["pkg:nuget/Base@1.0.0", "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.12", "pkg:nuget/Polly@8.0.0"]);
        var polly = inventory.Components[2];
        polly.DependsOn.ShouldBe(["pkg:nuget/Base@1.0.0"]);
        polly.License.ShouldBe(new License("MIT", true));
        polly.Locations.ShouldBe(["app/Shop"]);
        polly.Layer.ShouldBe(layers[0]);
        inventory.Unread.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_app_says_itself_counts_and_the_build_completes_it()
    {
        var (inventory, _) = await ReadAsync(
            Built("Shop", new BuiltPackage("newtonsoft.json", "12.0.1", null, new License("MIT", true), "James", false, true, [])),
            new RawTar().File("app/Shop.deps.json", ScannedImage.DepsJson).Entry('0', "app/Shop", new byte[100], mode: 0x1ED));

        inventory.Components.Select(component => component.Name).ShouldBe(["Newtonsoft.Json", "Shop"]);
        (inventory.Components[0].License, inventory.Components[0].Supplier).ShouldBe((new License("MIT", true), "James"));
    }

    [Fact]
    public async Task What_another_app_was_built_from_is_not_in_this_image()
    {
        var (inventory, _) = await ReadAsync(Built("Other"), new RawTar().Entry('0', "app/Shop", new byte[100], mode: 0x1ED));

        inventory.Components.ShouldBeEmpty();
        inventory.Unread.ShouldHaveSingleItem().ShouldContain("no *.deps.json");
    }

    [Fact]
    public async Task An_rpm_database_is_listed_and_changes_beside_it_are_not_overlooked()
    {
        var rpm = new RawTar().File("etc/os-release", "ID=rocky\nVERSION_ID=9.4\n").Entry('0', "var/lib/rpm/rpmdb.sqlite", RpmDatabaseTests.Real);
        (await ReadAsync(rpm)).Inventory.Components.Length.ShouldBe(43);
        (await ReadAsync(rpm, new RawTar().File("var/lib/rpm/rpmdb.sqlite-wal", "pages"))).Inventory.Unread.ShouldContain(reason => reason.Contains("rpmdb.sqlite") && reason.Contains("beside it"));
    }

    [Fact]
    public async Task L13_a_database_behind_a_link_is_the_images_own()
    {
        var (inventory, _) = await ReadAsync(new RawTar().File("etc/os-release", OsRelease)
            .Symlink("var/lib/dpkg/status", "../../../../../../var/lib/dpkg/status").File("usr/status", Libc).Symlink("lib/apk/db/installed", "/usr/nothing"));
        inventory.Components.ShouldBeEmpty("the link leads to itself; this machine's own packages must not show");

        (inventory, _) = await ReadAsync(new RawTar().File("etc/os-release", OsRelease).Symlink("var/lib/dpkg/status", "../../../../../../usr/status").File("usr/status", Libc));
        inventory.Components.ShouldHaveSingleItem().Locations.ShouldBe(["usr/status"]);
    }

    [Theory]
    [InlineData("app/a.deps.json", 17)]
    [InlineData("etc/os-release", 2)]
    [InlineData("var/lib/dpkg/status", 65)]
    [InlineData("lib/apk/db/installed", 65)]
    public async Task L12_a_file_over_its_bound_is_not_read_and_that_is_said(string path, int megabytes)
    {
        var (inventory, _) = await ReadAsync(new RawTar().Entry('0', path, new byte[megabytes << 20]));

        inventory.Unread.ShouldContain(reason => reason.StartsWith($"/{path} was not read", StringComparison.Ordinal));
    }

    private static BuiltPackages Built(string program, params BuiltPackage[] more) => new()
    {
        EntryPoint = program,
        Packages =
        [
            new BuiltPackage("Analyzer", "1.0.0", null, null, null, false, false, []),
            new BuiltPackage("Base", "1.0.0", null, null, null, false, true, []),
            new BuiltPackage("Microsoft.NETCore.App.Runtime.linux-x64", "10.0.12", null, null, null, true, true, []),
            new BuiltPackage("Polly", "8.0.0", new string('a', 128), new License("MIT", true), "App vNext", false, true, ["base", "Analyzer"]),
            .. more,
        ],
    };

    private Task<(Inventory Inventory, Digest[] Layers)> ReadAsync(params RawTar[] tars) => ReadAsync(null, tars);

    private async Task<(Inventory Inventory, Digest[] Layers)> ReadAsync(BuiltPackages? built, params RawTar[] tars)
    {
        using var image = await TestImage.OpenAsync(_layout, TestImage.Write(_layout, [.. tars.Select(tar => tar.End())]));
        return (InventoryReader.Read(image, built, TestContext.Current.CancellationToken), [.. image.Manifest.Layers.Select(layer => layer.Digest)]);
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Tests.Scanning.Packages;

public sealed class PackageDatabaseTests
{
    private static readonly Digest Layer = Digest.Of("layer"u8);
    private static readonly OsRelease Debian = new("debian", "12", "Debian GNU/Linux 12 (bookworm)");
    private static readonly OsRelease Alpine = new("alpine", "3.20.1", "Alpine Linux v3.20");

    private const string SelfContained = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0/linux-x64", "signature": "" },
          "targets": {
            ".NETCoreApp,Version=v10.0": {},
            ".NETCoreApp,Version=v10.0/linux-x64": {
              "Shop/1.2.3": { "dependencies": { "Meta": "1.0.0", "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "10.0.12" }, "runtime": { "Shop.dll": {} } },
              "Meta/1.0.0": { "dependencies": { "Newtonsoft.Json": "12.0.1" } },
              "Newtonsoft.Json/12.0.1": { "runtime": { "lib/netstandard2.0/Newtonsoft.Json.dll": {} } },
              "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.12": { "runtime": { "System.Runtime.dll": {} } }
            }
          },
          "libraries": {
            "Shop/1.2.3": { "type": "project", "serviceable": false, "sha512": "" },
            "Meta/1.0.0": { "type": "package", "serviceable": true, "sha512": "sha512-x" },
            "Newtonsoft.Json/12.0.1": { "type": "package", "serviceable": true, "sha512": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==" },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.12": { "type": "runtimepack", "serviceable": false, "sha512": "" }
          }
        }
        """;

    [Fact]
    public void Deps_json_names_packages_the_runtime_and_the_app_with_their_graph()
    {
        var components = DepsJson.Read(Encoding.UTF8.GetBytes(SelfContained), "app/Shop.deps.json", Layer);
        components.Select(component => component.Reference).ShouldBe(
            ["project:Shop@1.2.3", "pkg:nuget/Newtonsoft.Json@12.0.1", "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.12"]);
        components.Select(component => component.Kind).ShouldBe([ComponentKind.Application, ComponentKind.Library, ComponentKind.Framework]);
        components[0].Advisory.ShouldBeNull("no advisory of a registry speaks of a project, whatever its name");
        components[0].DependsOn.ShouldBe(["pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.12", "pkg:nuget/Newtonsoft.Json@12.0.1"], "Meta has no file in the image, so the graph passes through it");
        components[1].PackageSha512.ShouldStartWith("cf83e1357eefb8bd");
        components[2].Advisory.ShouldBe(new AdvisoryIdentity("NuGet", "Microsoft.NETCore.App.Runtime.linux-x64", "10.0.12"));
    }

    [Fact]
    public void The_shared_frameworks_own_file_is_read_the_same_way()
    {
        var root = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var components = DepsJson.Read(File.ReadAllBytes(Path.Combine(root, "Microsoft.NETCore.App.deps.json")), "usr/share/dotnet/x.deps.json", Layer);
        var runtime = components.ShouldHaveSingleItem();
        runtime.Kind.ShouldBe(ComponentKind.Framework);
        runtime.Version.ShouldBe(Path.GetFileName(root));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"runtimeTarget":{"name":"x"},"targets":{}}""")]
    [InlineData("""{"runtimeTarget":{"name":null},"targets":{"":{}},"libraries":{}}""")]
    [InlineData("""{"runtimeTarget":{"name":"x"},"targets":{"x":{"a/1":{}}},"libraries":{}}""")]
    [InlineData("""{"runtimeTarget":{"name":"x"},"targets":{"x":{"noversion":{}}},"libraries":{"noversion":{"type":"package"}}}""")]
    [InlineData("""{"runtimeTarget":{"name":"x"},"targets":{"x":[]},"libraries":{}}""")]
    public void What_is_no_deps_json_is_refused(string json) =>
        Should.Throw<FormatException>(() => DepsJson.Read(Encoding.UTF8.GetBytes(json), "x", Layer));

    [Fact]
    public void A_graph_in_a_circle_ends()
    {
        const string json = """
            {"runtimeTarget":{"name":"t"},
             "targets":{"t":{"a/1":{"dependencies":{"b":"1"}},"b/1":{"dependencies":{"a":"1","c":"1"}},"c/1":{"dependencies":{"a":"1"},"runtime":{"c.dll":{}}}}},
             "libraries":{"a/1":{"type":"package"},"b/1":{"type":"package"},"c/1":{"type":"package"}}}
            """;
        DepsJson.Read(Encoding.UTF8.GetBytes(json), "x", Layer).ShouldHaveSingleItem().Name.ShouldBe("c");
    }

    [Fact]
    public void L12_more_libraries_than_any_app_has_are_refused()
    {
        var names = Enumerable.Range(0, 5_001).Select(i => $"\"p{i}/1\"").ToArray();
        var json = $$$"""
            {"runtimeTarget":{"name":"t"},
             "targets":{"t":{ {{{string.Join(",", names.Select(name => name + ":{}"))}}} } },
             "libraries":{ {{{string.Join(",", names.Select(name => name + ":{\"type\":\"package\"}"))}}} } }
            """;
        Should.Throw<FormatException>(() => DepsJson.Read(Encoding.UTF8.GetBytes(json), "x", Layer)).Message.ShouldContain("5000");
    }

    [Fact]
    public void Dpkg_lists_what_is_installed_with_its_source_package()
    {
        const string status = """
            Package: libssl3
            Status: install ok installed
            Architecture: amd64
            Source: openssl
            Version: 3.0.11-1~deb12u2
            Depends: libc6 (>= 2.34), nothere | zlib1g (>= 1:1.1)
            Description: Secure Sockets Layer toolkit
             Package: not-a-package
             .

            Package: zlib1g
            Status: install ok installed
            Architecture: amd64
            Source: zlib (1:1.2.13.dfsg-1)
            Version: 1:1.2.13.dfsg-1+b1

            Package: removed
            Status: deinstall ok config-files
            Version: 1
            """;
        var packages = DpkgDatabase.Read(status, Debian, "var/lib/dpkg/status", Layer);
        packages.Select(package => package.Purl).ShouldBe(
        [
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
            "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1%2Bb1?arch=amd64&distro=debian-12",
        ]);
        packages.Select(package => package.Advisory).ShouldBe(
        [
            new AdvisoryIdentity("Debian:12", "openssl", "3.0.11-1~deb12u2"),
            new AdvisoryIdentity("Debian:12", "zlib", "1:1.2.13.dfsg-1"),
        ]);
        packages[0].DependsOn.ShouldBe([packages[1].Reference]);
    }

    [Fact]
    public void Apk_lists_what_is_installed_with_its_origin()
    {
        const string installed = """
            C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
            P:libssl3
            V:3.3.1-r0
            A:x86_64
            L:Apache-2.0
            o:openssl
            D:so:libc.musl-x86_64.so.1 !nope
            p:so:libssl.so.3=3
            F:lib
            R:libssl.so.3
            a:0:0:755

            P:musl
            V:1.2.5-r0
            A:x86_64
            o:musl
            p:so:libc.musl-x86_64.so.1=1
            """;
        var packages = ApkDatabase.Read(installed, Alpine, "lib/apk/db/installed", Layer);
        packages.Select(package => package.Purl).ShouldBe(["pkg:apk/alpine/libssl3@3.3.1-r0?arch=x86_64&distro=alpine-3.20.1", "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1"]);
        packages[0].Advisory.ShouldBe(new AdvisoryIdentity("Alpine:v3.20", "openssl", "3.3.1-r0"));
        packages[0].DependsOn.ShouldBe([packages[1].Reference]);
    }

    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian'\n", "Debian:12")]
    [InlineData("ID=debian\n", null)]
    [InlineData("ID=alpine\nVERSION_ID=3.20.1\n", "Alpine:v3.20")]
    [InlineData("ID=ubuntu\nVERSION_ID=\"24.04\"\n", "Ubuntu:24.04:LTS")]
    [InlineData("ID=ubuntu\nVERSION_ID=\"25.04\"\n", "Ubuntu:25.04")]
    [InlineData("ID=\"fedora\"\r\nVERSION_ID=41\r\n", null)]
    [InlineData("ID=\"centos\"\nVERSION_ID=\"9\"\n", null)]
    [InlineData("ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", "Red Hat:enterprise_linux:9")]
    [InlineData("ID=\"rocky\"\nVERSION_ID=\"9.4\"\n", "Rocky Linux:9")]
    [InlineData("ID=\"almalinux\"\nVERSION_ID=\"8.10\"\n", "AlmaLinux:8")]
    [InlineData("ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n", "openSUSE:Leap 15.6")]
    [InlineData("ID=\"opensuse-leap\"\n", null)]
    [InlineData("ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20261101\"\n", "openSUSE:Tumbleweed")]
    [InlineData("ID=\"sles\"\nVERSION_ID=\"15.5\"\n", "SUSE:Linux Enterprise 15 SP5")]
    [InlineData("ID=\"sles\"\nVERSION_ID=\"15\"\n", "SUSE:Linux Enterprise 15")]
    [InlineData("ID=\"sles\"\nVERSION_ID=\"16.0\"\n", "SUSE:Linux Enterprise 16.0")]
    [InlineData("ID=mariner\nVERSION_ID=\"2.0\"\n", "Azure Linux:2")]
    [InlineData("ID=azurelinux\nVERSION_ID=\"3.0\"\n", "Azure Linux:3")]
    [InlineData("ID=mageia\nVERSION_ID=9\n", "Mageia:9")]
    [InlineData("ID=wolfi\nVERSION_ID=\"20230201\"\n", "Wolfi")]
    public void The_distribution_decides_whose_advisories_count(string osRelease, string? ecosystem) =>
        OsRelease.Parse(osRelease)!.Ecosystem.ShouldBe(ecosystem);

    [Fact]
    public void Junk_gives_packages_or_a_FormatException_and_nothing_else()
    {
        var lines = Gen.Elements("Package: a", "Version: 1", "P:a", "V:1", "D:so:x=", "p:", "", " x", ":", "Source: (", "Source:  ", "Depends: ,|(", "Status: installed", "ID=", "=", "\"", "\r");
        Prop.ForAll(Arb.From(lines.ListOf().Select(list => string.Join('\n', list))), text =>
        {
            OsRelease.Parse(text);
            return Survives(() => DpkgDatabase.Read(text, Debian, "x", Layer)) && Survives(() => ApkDatabase.Read(text, Alpine, "x", Layer));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), junk => Survives(() => DepsJson.Read(junk, "x", Layer))).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Theory]
    [InlineData("a b", "1", "pkg:nuget/a%20b@1")]
    [InlineData("a/b", "1?x", "pkg:nuget/a%2Fb@1%3Fx")]
    [InlineData("a", "1.0+x@y", "pkg:nuget/a@1.0%2Bx%40y")]
    public void Package_urls_are_escaped(string name, string version, string purl) => PackageUrl.Of("nuget", null, name, version).ShouldBe(purl);

    private static bool Survives(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (FormatException)
        {
            return true;
        }
    }
}

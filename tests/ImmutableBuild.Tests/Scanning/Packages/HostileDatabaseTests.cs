using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Fuzzing;

namespace ImmutableBuild.Tests.Scanning.Packages;

/// <summary>Every reader of a file out of an image, on damaged ones: components or a <see cref="FormatException"/>, within bounds.</summary>
public sealed class HostileDatabaseTests
{
    private static readonly Digest Layer = Digest.Of("layer"u8);
    private static readonly OsRelease Debian = new("debian", "12", "Debian GNU/Linux 12 (bookworm)");

    [Fact]
    public Task Deps_json() => RunAsync(
        input => DepsJson.Read(input, "x", Layer),
        ScannedImage.DepsJson,
        """{"runtimeTarget":{"name":"t"},"targets":{"t":{"a/1":{"dependencies":{"b":"1"}},"b/1":{"dependencies":{"a":"1","c":"1"}},"c/1":{"dependencies":{"a":"1"},"runtime":{"c.dll":{}}}}},"libraries":{"a/1":{"type":"package"},"b/1":{"type":"package"},"c/1":{"type":"runtimepack"}}}""");

    // Through one package without files each of a thousand needs all of them.
    [Fact]
    public void Deps_json_whose_graph_is_far_larger_than_the_file()
    {
        var names = Enumerable.Range(0, 1000).Select(number => $"l{number}").ToArray();
        var targets = string.Concat(names.Select(name => $$"""
            "{{name}}/1":{"dependencies":{"hub":"1"},"runtime":{"{{name}}.dll":{} } },
            """));
        var all = string.Join(',', names.Select(name => $"\"{name}\":\"1\""));
        var libraries = string.Concat(names.Select(name => $$"""
            "{{name}}/1":{"type":"package"},
            """));
        var json = $$"""
            {
              "runtimeTarget":{"name":"t"},
              "targets":{"t":{ {{targets}} "hub/1":{"dependencies":{ {{all}} } } } },
              "libraries":{ {{libraries}} "hub/1":{"type":"package"} }
            }
            """;

        Should.Throw<FormatException>(() => DepsJson.Read(Encoding.UTF8.GetBytes(json), "x", Layer)).Message.ShouldContain("more than 500000 ways");
    }

    [Fact]
    public Task Dpkg() => RunAsync(
        input => DpkgDatabase.Read(Encoding.UTF8.GetString(input), Debian, "x", Layer),
        "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl (1:3.0)\nVersion: 3.0.11-1~deb12u2\nDepends: libc6 (>= 2.34), a | b:any\nPre-Depends: dpkg\nMaintainer: M <m@x>\nDescription: x\n y\n .\n\nPackage: b\nVersion: 1\n",
        "Package: a\r\nVersion: 1\r\n\r\n");

    [Fact]
    public Task Apk() => RunAsync(
        input => ApkDatabase.Read(Encoding.UTF8.GetString(input), Debian, "x", Layer),
        "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:libssl3\nV:3.3.1-r0\nA:x86_64\nL:Apache-2.0\no:openssl\nm:N <n@x>\nD:so:libc.musl-x86_64.so.1 !nope\np:so:libssl.so.3=3\nF:lib\nR:libssl.so.3\n\nP:musl\nV:1.2.5-r0\np:so:libc.musl-x86_64.so.1=1\n\n");

    [Fact]
    public Task Os_release() => RunAsync(
        input => _ = OsRelease.Parse(Encoding.UTF8.GetString(input))?.Ecosystem ?? throw new FormatException(),
        "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian'\n# x\n", "ID=alpine\nVERSION_ID=3.20.1\n", "ID=ubuntu\nVERSION_ID=\"24.04\"\n");

    [Fact]
    public Task Rpm() => Fuzz.RunAsync(
        [RpmDatabaseTests.Small],
        input => RpmDatabase.Read(new MemoryStream(input), Debian, "x", Layer),
        fault => fault is FormatException,
        length => (1 << 20) + (40L * length));

    // The host as short as can be, so that damage hits the manifest.
    [Fact]
    public Task Single_file_bundles() => Fuzz.RunAsync(
        [BundleBytes.Make("""{"runtimeTarget":{}}""", signatureAt: 64, hostLength: 128)],
        input => _ = SingleFileBundle.FindDepsJson(new MemoryStream(input)) ?? throw new FormatException(),
        fault => fault is FormatException,
        length => (2 << 20) + length);

    private static Task RunAsync(Action<byte[]> parse, params string[] seeds) =>
        Fuzz.RunAsync([.. seeds.Select(Encoding.UTF8.GetBytes)], parse, fault => fault is FormatException, length => (256 << 10) + (200L * length));
}

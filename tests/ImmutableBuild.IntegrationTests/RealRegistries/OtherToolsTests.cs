using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>What tools that no one here wrote make of an image that Bake wrote and Push pushed: each takes it unchanged.</summary>
public sealed class OtherToolsTests : IAsyncLifetime
{
    private const string Says = "hello from a scratch image";

    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-tools-").FullName;
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);
    private DockerRegistry _registry = null!;
    private ReleaseRecord _record = null!;

    private string Image => $"{_record.Push!.Repository}@{_record.Push.Digest}";

    private string Layout => _record.Bake!.Layout;

    public async ValueTask InitializeAsync()
    {
        SystemProgram.SkipUnlessInstalled("busybox");
        _registry = await DockerRegistry.StartOrSkipAsync();
        var sample = new SampleImage(_directory) { Archive = Path.Combine(_directory, "web.tar") };
        var busybox = await File.ReadAllBytesAsync(SystemProgram.Find("busybox")!, None);
        _record = SampleImage.Sign(await sample.BakeAsync(
            [("Web", System.Text.Encoding.UTF8.GetBytes($"#!/app/busybox sh\n/app/busybox echo {Says} as $(/app/busybox id -u)\n")), ("busybox", busybox), ("wwwroot/größe.txt", "<p>"u8.ToArray()), (LongName, "{}"u8.ToArray())],
            None));
        _record = _record with { Push = await sample.PushAsync(_record, _registry.Host, None) };
    }

    private static string LongName => string.Concat(Enumerable.Repeat("long/", 30)) + "name.json";

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Docker_pulls_and_runs_it()
    {
        SystemProgram.SkipUnlessInstalled("docker");
        Assert.SkipUnless((await SystemProgram.RunAsync("docker", ["version"])).ExitCode == 0, "No Docker engine answers (tests/rig/docker.sh).");
        await SystemProgram.SucceedAsync("docker", ["pull", "-q", Image]);
        try
        {
            var inspected = JsonDocument.Parse(await SystemProgram.SucceedAsync("docker", ["image", "inspect", Image])).RootElement[0];
            inspected.GetProperty("RepoDigests").EnumerateArray().Select(name => name.GetString()).ShouldContain(Image);
            inspected.GetProperty("RootFS").GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()).ShouldBe(_record.Bake!.Layers.Select(layer => layer.DiffId.ToString()));
            (await SystemProgram.SucceedAsync("docker", ["run", "--rm", "--network", "none", Image])).ShouldBe($"{Says} as 1654\n");
        }
        finally
        {
            await SystemProgram.RunAsync("docker", ["image", "rm", "-f", Image]);
        }
    }

    [Fact]
    public async Task Podman_pulls_and_runs_it_and_loads_the_archive()
    {
        SystemProgram.SkipUnlessInstalled("podman");
        Assert.SkipUnless(Environment.UserName == "root", "Podman is run as root.");
        string[] place = ["--root", Path.Combine(_directory, "podman"), "--runroot", Path.Combine(_directory, "run"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", Path.Combine(AppContext.BaseDirectory, "runc-plain")];
        var pulled = (await SystemProgram.SucceedAsync("podman", [.. place, "pull", "-q", "--tls-verify=false", Image])).Trim();
        await SystemProgram.SucceedAsync("podman", [.. place, "load", "-q", "-i", _record.Bake!.Archive!]);

        var inspected = JsonDocument.Parse(await SystemProgram.SucceedAsync("podman", [.. place, "image", "inspect", pulled])).RootElement[0];
        inspected.GetProperty("Digest").GetString().ShouldBe(_record.Push!.Digest.ToString());
        inspected.GetProperty("RepoTags").EnumerateArray().Select(name => name.GetString()).ShouldContain($"docker.io/local/web:{SampleImage.Commit}", "the archive is the same image");
        (await SystemProgram.SucceedAsync("podman", [.. place, "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--log-driver", "none", pulled])).ShouldBe($"{Says} as 1654\n");
    }

    [Fact]
    public async Task Umoci_unpacks_it()
    {
        SystemProgram.SkipUnlessInstalled("umoci");
        var bundle = Path.Combine(_directory, "bundle");
        string[] rootless = Environment.UserName == "root" ? [] : ["--rootless"];

        await SystemProgram.SucceedAsync("umoci", ["unpack", .. rootless, "--image", $"{Layout}:{SampleImage.Commit}", bundle]);

        File.ReadAllText(Path.Combine(bundle, "rootfs/app/wwwroot/größe.txt")).ShouldBe("<p>");
        File.ReadAllText(Path.Combine(bundle, "rootfs/app", LongName)).ShouldBe("{}");
        using var runtime = JsonDocument.Parse(File.ReadAllText(Path.Combine(bundle, "config.json")));
        runtime.RootElement.GetProperty("process").GetProperty("args").EnumerateArray().Select(argument => argument.GetString()).ShouldBe(["/app/Web"]);
        runtime.RootElement.GetProperty("process").GetProperty("user").GetProperty("uid").GetInt32().ShouldBe(1654);
    }

    [Fact]
    public async Task The_image_specifications_own_tool_finds_nothing_wrong_with_it()
    {
        SystemProgram.SkipUnlessInstalled("oci-image-tool");

        var said = await SystemProgram.RunAsync("oci-image-tool", ["validate", "--type", "image", "--ref", $"name={SampleImage.Commit}", Layout]);

        said.ExitCode.ShouldBe(0, said.Output);
        said.Output.ShouldContain("Validation succeeded");
    }

    [Fact]
    public async Task Oras_copies_it_from_layout_to_registry_and_back()
    {
        using var oras = Debian13.FindOrSkip("oras");
        CopyDirectory(Layout, Path.Combine(oras.Directory, "layout"));

        (await oras.RunAsync(["copy", "--to-plain-http", "--from-oci-layout", $"{oras.Inside("layout")}:{SampleImage.Commit}", $"{_registry.Host}/copied:1"])).ShouldBe0();
        (await oras.RunAsync(["copy", "--from-plain-http", "--to-oci-layout", Image, $"{oras.Inside("pulled")}:1"])).ShouldBe0();

        (await _connector.Connect(_registry.Host, "copied", RegistryAccess.Pull).FindTagAsync("1", None)).ShouldNotBeNull().Digest.ShouldBe(_record.Push!.Digest);
        var pulled = OciLayout.OpenForeign(Path.Combine(oras.Directory, "pulled"));
        using var files = await ImageFileSystem.OpenAsync(pulled, _record.Push.Digest, Path.Combine(_directory, "scratch"), new ImageLimits(), None);
        files.Find("/app/" + LongName).ShouldNotBeNull();
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

internal static class EndedProgramExtensions
{
    public static void ShouldBe0(this (int ExitCode, string Output) ended) => ended.ExitCode.ShouldBe(0, ended.Output);
}

using System.Runtime.InteropServices;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

/// <summary>Bake and the local target have to mean the same platform by the runtime identifier of a machine's own SDK.</summary>
public sealed class HostPlatformTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_image_for_this_machines_own_runtime_identifier_runs_here()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var rid = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

        HostPlatform.Runs(ImagePlatform.OfRuntimeIdentifier(rid)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("x64", Architecture.X64)]
    [InlineData("x86", Architecture.X86)]
    [InlineData("arm64", Architecture.Arm64)]
    [InlineData("arm", Architecture.Arm)]
    [InlineData("s390x", Architecture.S390x)]
    [InlineData("ppc64le", Architecture.Ppc64le)]
    [InlineData("riscv64", Architecture.RiscV64)]
    [InlineData("loongarch64", Architecture.LoongArch64)]
    public void Both_have_one_word_for_a_processor(string cpu, Architecture architecture) =>
        ImagePlatform.OfRuntimeIdentifier($"linux-{cpu}").Architecture.ShouldBe(HostPlatform.NameOf(architecture));

    [Theory]
    [InlineData("osx-arm64", "Web", "darwin/arm64", "/app/Web")]
    [InlineData("win-x64", "Web.exe", "windows/amd64", "/app/Web.exe")]
    public async Task An_app_published_for_another_system_is_baked_for_it(string rid, string program, string platform, string entrypoint)
    {
        byte[] apphost = rid.StartsWith("osx", StringComparison.Ordinal)
            ? [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0]
            : [(byte)'M', (byte)'Z', 0, 0];
        PublishOutput.Write(_directory["out"], PublishOutput.Files.Where(file => file.Path != "Web"));
        await File.WriteAllBytesAsync(Path.Combine(_directory["out"], program), apphost, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_directory["out"], "libhelp.dylib"), [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 6, 0, 0, 0], TestContext.Current.CancellationToken);

        var bake = await Baking.RunAsync(_directory, Baking.Compile(_directory["out"]).Published(output => output with { RuntimeIdentifier = rid, EntryPoint = program }));

        bake.Images.ShouldHaveSingleItem().Platform.ShouldBe(platform);
        var config = await Baking.ConfigAsync(bake);
        $"{config.Os}/{config.Architecture}".ShouldBe(platform);
        config.Config!.Entrypoint!.Value.ShouldBe([entrypoint]);
        config.Config.Env!.Value.ShouldNotContain(variable => variable.StartsWith("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", StringComparison.Ordinal));
        using var files = await ImageFileSystem.OpenAsync(OciLayout.Open(bake.Layout), bake.Digest, _directory["scratch"], new ImageLimits(), TestContext.Current.CancellationToken);
        ((files.Find(entrypoint)!.Mode & 0x49) != 0).ShouldBe(rid == "osx-arm64", "macOS looks at the bits, Windows at the name");
        (files.Find("/app/libhelp.dylib")!.Mode & 0x49).ShouldBe(0);
    }
}

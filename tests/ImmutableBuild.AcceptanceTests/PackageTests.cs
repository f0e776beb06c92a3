using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class PackageTests(PackedPackage package)
{
    [Fact]
    public async Task The_package_holds_targets_tasks_and_gateway_and_nothing_of_MSBuild()
    {
        await using var zip = await ZipFile.OpenReadAsync(package.File, TestContext.Current.CancellationToken);
        var names = zip.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);

        string[] expected =
        [
            "README.md",
            "build/ImmutableBuild.props", "build/ImmutableBuild.targets", "buildMultiTargeting/ImmutableBuild.props", "buildMultiTargeting/ImmutableBuild.targets",
            "tasks/net10.0/ImmutableBuild.MSBuild.dll", "tasks/net10.0/ImmutableBuild.MSBuild.deps.json", "tasks/net10.0/ImmutableBuild.Core.dll",
            "tasks/net10.0/docs/errors.md", "tasks/net10.0/ImmutableBuild.Local.dll", "tasks/net10.0/Polly.Core.dll", "tasks/net10.0/NuGet.Versioning.dll",
            "tasks/net10.0/ImmutableBuild.Aws.dll", "tasks/net10.0/AWSSDK.Core.dll", "tasks/net10.0/AWSSDK.KeyManagementService.dll", "tasks/net10.0/BouncyCastle.Cryptography.dll",
            "gateway/ImmutableBuild.Gateway.dll", "gateway/ImmutableBuild.Gateway.deps.json", "gateway/ImmutableBuild.Gateway.runtimeconfig.json",
        ];
        expected.ShouldAllBe(name => names.Contains(name));
        names.ShouldNotContain(name => name.Contains("Microsoft.Build", StringComparison.Ordinal));
        names.ShouldNotContain("gateway/BouncyCastle.Cryptography.dll", "a gateway opens no keys");
        names.ShouldNotContain(name => name.StartsWith("lib/", StringComparison.Ordinal) || name.StartsWith("buildTransitive/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tasks_are_there_once_more_compiled_ahead_of_time_for_the_platform_that_packed_them()
    {
        await using var zip = await ZipFile.OpenReadAsync(package.File, TestContext.Current.CancellationToken);
        string[] FilesOf(string directory) => [.. zip.Entries.Where(entry => entry.FullName.StartsWith(directory, StringComparison.Ordinal)).Select(entry => entry.FullName[directory.Length..]).Where(name => !name.EndsWith(".xml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var ahead = $"tasks/{RuntimeInformation.RuntimeIdentifier}/";

        FilesOf(ahead).ShouldBe(FilesOf("tasks/net10.0/"));
        (await HasNativeCodeAsync(zip, $"{ahead}ImmutableBuild.Core.dll")).ShouldBeTrue();
        (await HasNativeCodeAsync(zip, "tasks/net10.0/ImmutableBuild.Core.dll")).ShouldBeFalse("every platform can take these");
    }

    [Fact]
    public async Task It_is_a_development_dependency_without_dependencies()
    {
        await using var zip = await ZipFile.OpenReadAsync(package.File, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await zip.GetEntry("ImmutableBuild.nuspec")!.OpenAsync(TestContext.Current.CancellationToken));
        var nuspec = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        nuspec.ShouldContain("<developmentDependency>true</developmentDependency>");
        nuspec.ShouldContain("<license type=\"expression\">Apache-2.0</license>");
        nuspec.ShouldNotContain("<dependency ");
    }

    private static async Task<bool> HasNativeCodeAsync(ZipArchive zip, string name)
    {
        await using var entry = await zip.GetEntry(name)!.OpenAsync(TestContext.Current.CancellationToken);
        using var content = new MemoryStream();
        await entry.CopyToAsync(content, TestContext.Current.CancellationToken);
        content.Position = 0;
        using var assembly = new PEReader(content);
        return assembly.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }
}

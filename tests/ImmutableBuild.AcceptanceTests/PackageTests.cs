using System.IO.Compression;
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
    public async Task It_is_a_development_dependency_without_dependencies()
    {
        await using var zip = await ZipFile.OpenReadAsync(package.File, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await zip.GetEntry("ImmutableBuild.nuspec")!.OpenAsync(TestContext.Current.CancellationToken));
        var nuspec = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        nuspec.ShouldContain("<developmentDependency>true</developmentDependency>");
        nuspec.ShouldContain("<license type=\"expression\">Apache-2.0</license>");
        nuspec.ShouldNotContain("<dependency ");
    }
}

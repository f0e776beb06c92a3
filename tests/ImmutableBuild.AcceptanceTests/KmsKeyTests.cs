using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class KmsKeyTests(PackedPackage package)
{
    [Fact]
    public async Task A_build_loads_what_it_needs_for_AWS_when_the_key_is_there_and_only_then()
    {
        await using var repository = new ScratchRepository(package);
        var packages = Path.Combine(package.Root, "packages of one test");
        repository.SetVariable("NUGET_PACKAGES", packages);
        WebApp.Write(repository, "v");
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake;Scan")).ShouldSucceed();

        // Nothing listens on port 1: that it was asked shows that everything was found.
        var aws = new Dictionary<string, string?> { ["AWS_REGION"] = "eu-central-1", ["AWS_ACCESS_KEY_ID"] = "testing", ["AWS_SECRET_ACCESS_KEY"] = "testing" };
        (await repository.BuildAsync(WebApp.Project, "Sign", aws, "-p:ImmutableKmsKey=awskms://127.0.0.1:1/alias/web")).ShouldFailWith("IMB4025");

        var files = Directory.GetFiles(Path.Combine(packages, "immutablebuild", package.Version, "tasks", "net10.0"), "*.dll").Where(IsForAws).ToList();
        files.Count.ShouldBeGreaterThan(2);
        files.ForEach(File.Delete);
        (await repository.BuildRestoredAsync(WebApp.Project, "Sign")).ShouldSucceed();
    }

    private static bool IsForAws(string file) => Path.GetFileName(file) is "ImmutableBuild.Aws.dll" || Path.GetFileName(file).StartsWith("AWSSDK.", StringComparison.Ordinal);
}

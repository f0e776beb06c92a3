using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class FreshCloneTests(PackedPackage package)
{
    /// <summary>The first command of the README, in a clone of what is committed here; without the analyzers and the documentation, which take most of the time and change nothing.</summary>
    [Fact]
    [Trait("SdkDefect", "clean-clone")]
    public async Task The_sample_is_released_from_a_clone_in_which_nothing_was_built()
    {
        await using var clone = new ScratchRepository(package);
        foreach (var entry in Directory.EnumerateFiles(clone.Root))
        {
            File.Delete(entry);
        }

        await clone.GitAsync("clone", "-q", "--depth", "1", new Uri(Repository.Root).AbsoluteUri, ".");

        string[] lean = ["-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false"];
        var release = await clone.BuildAsync("samples/WebApi", "Release", lean);

        (await WebApp.GetAsync(WebApp.UrlIn(release))).ShouldContain($"generation {WebApp.GenerationIn(release)}");
        (await clone.GitAsync("status", "--porcelain")).ShouldBeEmpty("a release leaves the working tree clean");
        (await clone.BuildRestoredAsync("samples/WebApi", "Stop", lean)).ShouldSucceed();
        await Eventually.HoldsAsync(() => clone.Processes().Count == 0, "nothing runs any more");
    }
}

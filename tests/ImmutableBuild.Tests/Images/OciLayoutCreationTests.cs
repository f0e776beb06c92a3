using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images;

public sealed class OciLayoutCreationTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("oci-layout")]
    [InlineData("index.json")]
    [InlineData("oci-layout", "index.json")]
    public void A_layout_whose_making_was_killed_is_completed_by_the_next_one(params string[] missing)
    {
        var killed = OciLayout.OpenOrCreate(_directory["layout"]);
        foreach (var file in missing)
        {
            File.Delete(Path.Combine(killed.Directory, file));
        }

        var layout = OciLayout.OpenOrCreate(_directory["layout"]);

        layout.SetReference("tag", layout.WriteBlob(MediaTypes.Manifest, "m"u8), None);
        OciLayout.Open(_directory["layout"]).Find("tag").ShouldNotBeNull();
    }

    [Fact]
    public void Completing_a_layout_forgets_none_of_its_names()
    {
        var layout = OciLayout.OpenOrCreate(_directory["layout"]);
        layout.SetReference("tag", layout.WriteBlob(MediaTypes.Manifest, "m"u8), None);
        File.Delete(Path.Combine(layout.Directory, "oci-layout"));

        OciLayout.OpenOrCreate(_directory["layout"]).Find("tag").ShouldNotBeNull();
    }

    [Fact]
    public void A_layout_of_another_version_is_neither_taken_over_nor_given_an_index()
    {
        Directory.CreateDirectory(_directory["layout"]);
        File.WriteAllText(Path.Combine(_directory["layout"], "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""");

        Should.Throw<ImmutableBuildException>(() => OciLayout.OpenOrCreate(_directory["layout"])).Code.ShouldBe("IMB2006");
        File.Exists(Path.Combine(_directory["layout"], "index.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_may_make_the_same_layout_at_once()
    {
        foreach (var name in Enumerable.Range(0, 25).Select(i => $"layout{i}"))
        {
            using var together = new Barrier(4);
            var makers = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(None);
                    var layout = OciLayout.OpenOrCreate(_directory[name]);
                    layout.SetReference($"maker{i}", layout.WriteBlob(MediaTypes.Manifest, "m"u8), None);
                },
                None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

            await Task.WhenAll(makers);

            OciLayout.Open(_directory[name]).ReadIndex().Manifests.Length.ShouldBe(4);
        }
    }
}

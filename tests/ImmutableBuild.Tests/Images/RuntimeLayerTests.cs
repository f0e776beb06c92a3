using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images;

/// <summary>The layer of the runtime, made before there is an app, is taken where it is just the one, and changes no image.</summary>
public sealed class RuntimeLayerTests : IDisposable
{
    private static readonly DateTime Long = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Bake_takes_it_as_its_own()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        RuntimeLayer.IsMissing(Baking.Context(_directory, "work")).ShouldBeTrue();
        await RuntimeLayer.WriteAsync(Pack("System.Runtime.dll", "libcoreclr.so"), Baking.Context(_directory, "work"), Ct);
        var blob = Directory.GetFiles(_directory["work/image/blobs/sha256"]).ShouldHaveSingleItem();
        File.SetLastWriteTimeUtc(blob, Long);

        var bake = await Baking.RunAsync(_directory, compile);

        var runtime = bake.Layers.Single(layer => layer.Name == "runtime");
        (runtime.Digest.Hex, runtime.Reused).ShouldBe((Path.GetFileName(blob), false));
        File.GetLastWriteTimeUtc(blob).ShouldBe(Long, "it was not written again");
        bake.Digest.ShouldBe((await Baking.RunAsync(_directory, compile, "without")).Digest);
        (await Baking.RunAsync(_directory, compile)).Layers.ShouldAllBe(layer => layer.Reused);
        RuntimeLayer.IsMissing(Baking.Context(_directory, "work")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("System.Runtime.dll")]
    [InlineData("System.Runtime.dll", "libcoreclr.so", "more.so")]
    public async Task One_of_other_files_is_left_out(params string[] files)
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        await RuntimeLayer.WriteAsync(Pack(files), Baking.Context(_directory, "work"), Ct);
        var blob = Directory.GetFiles(_directory["work/image/blobs/sha256"]).ShouldHaveSingleItem();

        var bake = await Baking.RunAsync(_directory, compile);

        bake.Digest.ShouldBe((await Baking.RunAsync(_directory, compile, "without")).Digest);
        File.Exists(blob).ShouldBeFalse();
    }

    [Fact]
    public async Task What_goes_wrong_leaves_nothing()
    {
        var context = Baking.Context(_directory, "work");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => RuntimeLayer.WriteAsync(Pack("System.Runtime.dll"), context, cancelled.Token));
        (await Should.ThrowAsync<ImmutableBuildException>(() => RuntimeLayer.WriteAsync([KeyValuePair.Create("a.dll", _directory["nowhere"])], context, Ct))).Code.ShouldBe("IMB2012");

        Directory.GetFiles(OciLayout.Open(_directory["work/image"]).Directory, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ShouldBe([".lock", "oci-layout", "index.json"], ignoreOrder: true);
        RuntimeLayer.IsMissing(context).ShouldBeTrue();
    }

    // In a folder of another shape than the publish output, as packages are.
    private IEnumerable<KeyValuePair<string, string>> Pack(params string[] files)
    {
        foreach (var file in files)
        {
            var content = PublishOutput.Files.FirstOrDefault(published => published.Path == file).Content ?? "more";
            PublishOutput.Write(_directory["pack"], [($"lib/{file}", content)]);
            yield return KeyValuePair.Create(file, _directory[$"pack/lib/{file}"]);
        }
    }
}

using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Images;

/// <summary>Several builds of a project share the layout in its intermediate directory.</summary>
public sealed class SharedLayoutTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly CompileRecord _compile;

    public SharedLayoutTests() => _compile = Baking.Compile(PublishOutput.Write(_directory["out"]));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string LayoutDirectory => _directory["work/image"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_bake_removes_nothing_while_another_build_is_at_work()
    {
        var theirs = await Baking.RunAsync(_directory, _compile);
        using (LayoutUse.Enter(LayoutDirectory, Ct))
        {
            await BakeEditedAsync("one");
            await ShouldBeWholeAsync(theirs);
        }

        var last = await BakeEditedAsync("two");

        File.Exists(OciLayout.Open(LayoutDirectory).BlobPath(theirs.Digest)).ShouldBeFalse("the next bake removes it");
        OciLayout.Open(LayoutDirectory).ReadIndex().Manifests.ShouldHaveSingleItem().Digest.ShouldBe(last.Digest);
    }

    [Fact]
    public async Task An_image_that_the_record_names_stays_whoever_bakes_next()
    {
        var theirs = await Baking.RunAsync(_directory, _compile);
        var record = new ReleaseRecordFile(_directory["work"]);
        await record.WriteAsync(Baking.Record(_compile) with { Bake = theirs }, Ct);

        var ours = await BakeEditedAsync("one");

        await ShouldBeWholeAsync(theirs);
        await ShouldBeWholeAsync(ours);
        await record.WriteAsync(Baking.Record(_compile) with { Bake = ours }, Ct);
        await BakeEditedAsync("two");
        File.Exists(OciLayout.Open(LayoutDirectory).BlobPath(theirs.Digest)).ShouldBeFalse();
        await ShouldBeWholeAsync(ours);
    }

    [Fact]
    public async Task Whoever_has_removed_something_is_at_work_as_before()
    {
        Directory.CreateDirectory(LayoutDirectory);
        using (var use = LayoutUse.Enter(LayoutDirectory, Ct))
        {
            var wasAlone = false;
            (await use.TryRemoveAsync(() =>
            {
                wasAlone = !CanRemove();
                return Task.CompletedTask;
            }, Ct)).ShouldBeTrue();

            wasAlone.ShouldBeTrue();
            CanRemove().ShouldBeFalse("it is in use again");
        }

        SpinWait.SpinUntil(CanRemove, s_patience).ShouldBeTrue();
    }

    [Fact]
    public async Task Of_two_that_would_remove_at_once_neither_does()
    {
        Directory.CreateDirectory(LayoutDirectory);
        using var one = LayoutUse.Enter(LayoutDirectory, Ct);
        using var other = LayoutUse.Enter(LayoutDirectory, Ct);

        (await one.TryRemoveAsync(() => throw new InvalidOperationException("The other is at work."), Ct)).ShouldBeFalse();
        (await other.TryRemoveAsync(() => throw new InvalidOperationException("The other is at work."), Ct)).ShouldBeFalse();
    }

    private bool CanRemove()
    {
        using var alone = StoreUse.TryTakeAlone(LayoutDirectory);
        return alone is not null;
    }

    private Task<BakeRecord> BakeEditedAsync(string content)
    {
        File.WriteAllText(_directory["out/Web.dll"], content);
        return Baking.RunAsync(_directory, _compile);
    }

    private async Task ShouldBeWholeAsync(BakeRecord bake)
    {
        var layout = OciLayout.Open(LayoutDirectory);
        var manifest = await layout.ReadManifestAsync(bake.Digest, Ct);
        manifest.Layers.Append(manifest.Config).ShouldAllBe(blob => layout.Contains(blob));
    }
}

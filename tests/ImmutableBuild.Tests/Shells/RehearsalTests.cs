using ImmutableBuild.Shells;

namespace ImmutableBuild.Tests.Shells;

public sealed class RehearsalTests : IDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("imb-rehearsal-");

    private string Place => Path.Combine(_place.FullName, "rehearsal");

    [Fact]
    public async Task It_goes_through_every_stage_up_to_Push_and_leaves_nothing_behind()
    {
        var released = await Rehearsal.RunAsync(Place, TestContext.Current.CancellationToken);

        released.ShouldNotBeNull();
        released.Push.ShouldNotBeNull().Digest.ShouldBe(released.Bake!.Digest);
        _place.EnumerateFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_one_left_is_no_hindrance()
    {
        Directory.CreateDirectory(Path.Combine(Place, "work", "image"));
        await File.WriteAllTextAsync(Path.Combine(Place, "work", "release.json"), "{", TestContext.Current.CancellationToken);

        (await Rehearsal.RunAsync(Place, TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Cancelled_it_leaves_nothing_behind_and_throws_nothing()
    {
        (await Rehearsal.RunAsync(Place, new CancellationToken(canceled: true))).ShouldBeNull();

        _place.EnumerateFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_it_can_not_be_it_is_not()
    {
        await File.WriteAllTextAsync(Place, "a file", TestContext.Current.CancellationToken);

        (await Rehearsal.RunAsync(Place, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    public void Dispose() => _place.Delete(recursive: true);
}

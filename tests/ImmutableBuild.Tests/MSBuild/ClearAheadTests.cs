using ImmutableBuild.MSBuild;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.MSBuild;

/// <summary>The folder that is published into may be emptied before it is needed; it is empty either way.</summary>
public sealed class ClearAheadTests : IDisposable
{
    private readonly FakeBuildEngine _engine = new();
    private readonly TemporaryDirectory _place = new();

    private string Folder => _place["publish"] + Path.DirectorySeparatorChar;

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_an_earlier_publish_left_is_gone(bool ahead)
    {
        Leave();
        if (ahead)
        {
            Begin().ShouldBeTrue();
        }

        Clear().ShouldBeTrue();

        Directory.Exists(Folder).ShouldBeFalse();
    }

    [Fact]
    public void What_was_begun_counts_for_one_publish()
    {
        Begin().ShouldBeTrue();
        Clear().ShouldBeTrue();
        Leave();

        Clear().ShouldBeTrue();

        Directory.Exists(Folder).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_that_can_not_be_emptied_is_told_to_who_publishes_into_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has directories whose files nobody can remove.");
        const string Unremovable = "/proc/self/fdinfo";
        new BeginClearPublish { BuildEngine = _engine, Directory = Unremovable }.Execute().ShouldBeTrue();

        new ClearPublish { BuildEngine = _engine, ProjectFile = "App.csproj", Directory = Unremovable }.Execute().ShouldBeFalse();

        _engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("IMB1207");
    }

    [Fact]
    public void A_folder_that_nobody_publishes_into_is_nobodys_trouble()
    {
        Leave();
        Begin().ShouldBeTrue();

        _engine.EndBuild();

        Directory.Exists(Folder).ShouldBeFalse();
    }

    private void Leave()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "left.dll"), "");
    }

    private bool Begin() => new BeginClearPublish { BuildEngine = _engine, Directory = Folder }.Execute();

    private bool Clear() => new ClearPublish { BuildEngine = _engine, ProjectFile = "App.csproj", Directory = Folder }.Execute();
}

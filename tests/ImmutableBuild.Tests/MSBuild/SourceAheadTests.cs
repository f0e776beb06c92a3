using ImmutableBuild.Errors;
using ImmutableBuild.MSBuild;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Tests.Releases.Source;

namespace ImmutableBuild.Tests.MSBuild;

/// <summary>git may be asked before its answer is needed; what it says is the same.</summary>
public sealed class SourceAheadTests
{
    private readonly FakeBuildEngine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_asked_before_is_taken_once()
    {
        await using var repository = new ScratchRepository();
        await repository.InitAsync();
        await repository.CommitAsync("App.csproj", "<Project />");
        var project = Path.Combine(repository.Root, "App.csproj");

        new BeginSource { BuildEngine = _engine, ProjectFile = project }.Execute().ShouldBeTrue();
        using (var ahead = SourceAhead.Take(_engine, project))
        {
            (await ahead.StateAsync(Token)).DirtyFiles.ShouldBeEmpty();
            (await ahead.RestoreSourcesAsync(Token)).ShouldBe(await RestoreSources.ReadAsync(project, Environment.GetEnvironmentVariable, Token));
        }

        // Who asks again, asks git.
        repository.Write("App.csproj", "<Project></Project>");
        using var again = SourceAhead.Take(_engine, project);
        (await again.StateAsync(Token)).DirtyFiles.ShouldBe(["App.csproj"]);
    }

    [Fact]
    public async Task What_git_refuses_is_told_to_who_takes_the_answer()
    {
        var directory = Directory.CreateTempSubdirectory("imb-outside-");
        var project = Path.Combine(directory.FullName, "App.csproj");

        new BeginSource { BuildEngine = _engine, ProjectFile = project }.Execute().ShouldBeTrue();

        using (var ahead = SourceAhead.Take(_engine, project))
        {
            (await Should.ThrowAsync<ImmutableBuildException>(() => ahead.StateAsync(Token))).Code.ShouldBe("IMB1102");
        }

        directory.Delete();
    }

    [Fact]
    public async Task An_answer_that_nobody_takes_is_nobodys_trouble()
    {
        await using var repository = new ScratchRepository();
        var project = Path.Combine(repository.Root, "App.csproj");
        new BeginSource { BuildEngine = _engine, ProjectFile = project }.Execute().ShouldBeTrue();

        _engine.EndBuild();
    }
}

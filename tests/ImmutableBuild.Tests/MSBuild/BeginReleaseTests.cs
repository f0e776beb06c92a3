using ImmutableBuild.MSBuild;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases.Source;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.Tests.MSBuild;

public sealed class BeginReleaseTests : IAsyncLifetime
{
    private readonly FakeBuildEngine _engine = new();
    private readonly ScratchRepository _repository = new();

    public async ValueTask InitializeAsync()
    {
        await _repository.InitAsync();
        _repository.Write(".gitignore", "out/\nwork/\ndata/\n");
        _repository.Write("out/App.dll", "");
        await _repository.CommitAsync("App.csproj", "<Project />");
    }

    public ValueTask DisposeAsync() => _repository.DisposeAsync();

    [Fact]
    public async Task The_record_names_the_commit_that_was_checked_and_is_still_there()
    {
        var commit = CommitAtTheStart();

        Begin(commit).ShouldBeTrue(string.Join('\n', _engine.Errors.Select(error => error.Message)));

        commit.ShouldBe(await _repository.GitAsync("rev-parse", "HEAD"));
        (await new ReleaseRecordFile(PathOf("work")).ReadAsync(TestContext.Current.CancellationToken)).Compile.Commit.ToString().ShouldBe(commit);
    }

    [Fact, Trait("Fault", "F35")]
    public async Task A_commit_made_during_the_publish_is_refused_though_the_tree_is_clean()
    {
        var before = CommitAtTheStart();
        await _repository.CommitAsync("Program.cs", "// what was published may or may not have this");

        Begin(before).ShouldBeFalse();

        var error = _engine.Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe("IMB1107");
        error.Message.ShouldNotBeNull().ShouldContain(before);
        error.Message.ShouldContain(await _repository.GitAsync("rev-parse", "HEAD"));
        Directory.Exists(PathOf("work")).ShouldBeFalse();
    }

    private string CommitAtTheStart()
    {
        var check = WithInput(new CheckOptions { CheckSource = true });
        check.Execute().ShouldBeTrue(string.Join('\n', _engine.Errors.Select(error => error.Message)));
        return check.Commit.ShouldNotBeNull();
    }

    private bool Begin(string commit) => WithInput(new BeginRelease
    {
        Commit = commit,
        BeganTicks = TimeProvider.System.GetUtcNow().UtcTicks,
        Published = [new TaskItem(PathOf("out"), new Dictionary<string, string> { ["Program"] = "App.dll", ["RuntimeIdentifier"] = "linux-x64", ["Version"] = "1.0.0", ["SdkVersion"] = "10.0.100" })],
    }).Execute();

    private T WithInput<T>(T task)
        where T : ReleaseTask
    {
        task.BuildEngine = _engine;
        task.Project = new TaskItem(PathOf("App.csproj"), new Dictionary<string, string> { ["WorkDirectory"] = PathOf("work"), ["OutputType"] = "Exe", ["ListensOnHttp"] = "true" });
        task.Options = [new TaskItem("ImmutableDataDirectory", new Dictionary<string, string> { ["Value"] = PathOf("data") })];
        return task;
    }

    private string PathOf(string path) => Path.Combine(_repository.Root, path);
}

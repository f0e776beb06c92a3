using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Tests.Releases.Source;

public sealed class GitSourceTests : IAsyncLifetime
{
    private readonly ScratchRepository _repository = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _repository.DisposeAsync();

    [Fact]
    public async Task A_clean_commit_is_read_whole()
    {
        await _repository.InitAsync();
        await _repository.CommitAsync("src/Wüb App/App.csproj", "<Project/>");
        await _repository.GitAsync("remote", "add", "origin", "https://me:secret@example.org/shop/web.git");

        var source = await ReadAsync("src/Wüb App/App.csproj");

        source.Commit.ToString().ShouldBe(await _repository.GitAsync("rev-parse", "HEAD"));
        (await CommitAsync()).ShouldBe(source.Commit);
        source.CommitTime.ShouldBe(ScratchRepository.CommitTime);
        source.Branch.ShouldBe("main");
        source.RepositoryUrl.ShouldBe("https://example.org/shop/web");
        source.Project.ShouldBe("src/Wüb App/App.csproj");
        source.DirtyFiles.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F35")]
    public async Task Changed_renamed_and_untracked_files_make_it_dirty()
    {
        await _repository.InitAsync();
        await _repository.CommitAsync("App.csproj", "<Project/>");
        await _repository.CommitAsync("old name.txt", "a file that is renamed");
        await _repository.GitAsync("mv", "old name.txt", "new name.txt");
        _repository.Write("App.csproj", "<Project></Project>");
        _repository.Write("new/file.txt", "");

        (await ReadAsync("App.csproj")).DirtyFiles.Order().ShouldBe(["App.csproj", "new name.txt", "new/"], Case.Sensitive);
    }

    [Fact]
    public async Task Files_that_git_ignores_are_told_by_what_an_image_is_made_from()
    {
        await _repository.InitAsync();
        await _repository.CommitAsync(".gitignore", "bin/\n*.local.json\ndist/\n/src/App/tracked.txt\n");
        _repository.Write("src/App/tracked.txt", "it was added all the same");
        await _repository.GitAsync("add", "-f", "src/App/tracked.txt");
        await _repository.CommitAsync("src/App/App.csproj", "<Project/>");
        _repository.Write("src/App/bin/App.dll", "");
        _repository.Write("src/App/wwwroot/dist/main.js", "");
        _repository.Write("src/App/Ümgebung.local.json", "");
        string[] files = ["App.csproj", "tracked.txt", "bin/App.dll", "wwwroot/dist/main.js", "Ümgebung.local.json", "../../../elsewhere.local.json"];

        var source = await ReadAsync("src/App/App.csproj");

        source.DirtyFiles.ShouldBeEmpty();
        source.Ignored.Among(files.Select(InApp), []).ShouldBe(["src/App/bin/App.dll", "src/App/wwwroot/dist/main.js", "src/App/Ümgebung.local.json"]);
        source.Ignored.Among(files.Select(InApp), [InApp("bin") + Path.DirectorySeparatorChar, InApp("wwwroot/dist")]).ShouldBe(["src/App/Ümgebung.local.json"]);
        source.Ignored.Among(files.Select(InApp), [InApp("wwwroot/di")]).ShouldContain("src/App/wwwroot/dist/main.js", "half of a name is another directory");

        string InApp(string file) => Path.Combine(_repository.Root, "src/App", file);
    }

    [Fact]
    public async Task A_shallow_clone_with_a_detached_head_is_as_good_as_a_full_one()
    {
        await _repository.InitAsync();
        await _repository.CommitAsync("App.csproj", "<Project/>");
        await _repository.CommitAsync("App.csproj", "<Project></Project>");
        await using var clone = new ScratchRepository();
        await clone.GitAsync("clone", "--depth", "1", new Uri(_repository.Root).AbsoluteUri, ".");
        await clone.GitAsync("checkout", "--detach");

        var source = await GitSource.ReadAsync(Path.Combine(clone.Root, "App.csproj"), Environment.GetEnvironmentVariable, TestContext.Current.CancellationToken);

        source.Commit.ToString().ShouldBe(await _repository.GitAsync("rev-parse", "HEAD"));
        source.Branch.ShouldBeNull();
        source.RepositoryUrl.ShouldBeNull();
    }

    [Fact]
    public async Task No_repository_is_IMB1102()
    {
        (await Code()).ShouldBe("IMB1102");
        (await Should.ThrowAsync<ImmutableBuildException>(() => CommitAsync())).Code.ShouldBe("IMB1102");
    }

    [Fact]
    public async Task No_commit_is_IMB1103()
    {
        await _repository.InitAsync();
        (await Code()).ShouldBe("IMB1103");
        (await Should.ThrowAsync<ImmutableBuildException>(() => CommitAsync())).Code.ShouldBe("IMB1103");
    }

    [Fact]
    public async Task No_git_is_IMB1101()
    {
        await _repository.InitAsync();
        (await Code(variable => variable == "PATH" ? _repository.Root : null)).ShouldBe("IMB1101");
    }

    [Theory]
    [InlineData("git@github.com:shop/web.git", "https://github.com/shop/web")]
    [InlineData("ssh://git@github.com:22/shop/web", "https://github.com/shop/web")]
    [InlineData("https://user:token@host:8443/a/b.git?x=1", "https://host:8443/a/b")]
    [InlineData("/srv/git/web.git", null)]
    [InlineData("file:///srv/git/web.git", null)]
    [InlineData(@"C:\git\web", null)]
    [InlineData("", null)]
    public void A_remote_is_shown_in_its_public_form(string remote, string? shown) => RemoteUrl.WithoutCredentials(remote).ShouldBe(shown);

    private Task<SourceState> ReadAsync(string project, Func<string, string?>? readVariable = null) =>
        GitSource.ReadAsync(Path.Combine(_repository.Root, project), readVariable ?? Environment.GetEnvironmentVariable, TestContext.Current.CancellationToken);

    private Task<ImmutableBuild.Releases.CommitSha> CommitAsync() =>
        GitSource.ReadCommitAsync(Path.Combine(_repository.Root, "App.csproj"), Environment.GetEnvironmentVariable, TestContext.Current.CancellationToken);

    private async Task<string> Code(Func<string, string?>? readVariable = null) =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync("App.csproj", readVariable))).Code;
}

using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class EarlierRestoreTests : IDisposable
{
    private static readonly Digest s_inputs = Digest.Of([1]);

    private readonly string _root = Directory.CreateTempSubdirectory("imb-restore-").FullName;

    public EarlierRestoreTests()
    {
        Write("package.sha512", "");
        Write("app/restore/project.assets.json", "{}");
        Write("app/restore/project.nuget.cache", Cache(success: true));
        Write("lib/restore/project.assets.json", "{}");
        Write("lib/restore/project.nuget.cache", Cache(success: true));
        Write("app/restore/app.csproj.nuget.dgspec.json", JsonSerializer.Serialize(new
        {
            projects = new Dictionary<string, object> { ["app.csproj"] = new { restore = new { outputPath = At("app/restore/") } }, ["lib.csproj"] = new { restore = new { outputPath = At("lib/restore/") } } },
        }));
    }

    private EarlierRestore Restore => new(At("note.txt"), At("app/restore/app.csproj.nuget.dgspec.json"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_is_there_once_it_is_written_down_for_the_same_inputs_alone()
    {
        Restore.IsThere(s_inputs).ShouldBeFalse();

        Restore.Write(s_inputs);

        Restore.IsThere(s_inputs).ShouldBeTrue();
        Restore.IsThere(Digest.Of([2])).ShouldBeFalse();
    }

    [Theory]
    [InlineData("app/restore/project.assets.json", "{} ")]
    [InlineData("lib/restore/project.assets.json", "{} ")]
    [InlineData("lib/restore/project.assets.json", null)]
    [InlineData("lib/restore/lib.nuget.g.targets", "<Project/>")]
    [InlineData("app/restore/app.csproj.nuget.dgspec.json", null)]
    [InlineData("app/restore/app.csproj.nuget.dgspec.json", "{")]
    [InlineData("app/restore/app.csproj.nuget.dgspec.json", "[]")]
    [InlineData("lib/restore/project.nuget.cache", null)]
    [InlineData("package.sha512", null)]
    [InlineData("note.txt", "other")]
    [InlineData("note.txt", null)]
    public void It_is_not_once_anything_of_it_is_other_than_it_was_left(string file, string? content)
    {
        Restore.Write(s_inputs);

        if (content is null)
        {
            File.Delete(At(file));
        }
        else
        {
            Write(file, content);
        }

        Restore.IsThere(s_inputs).ShouldBeFalse();
    }

    [Fact]
    public void One_that_failed_is_not_written_down()
    {
        Restore.Write(s_inputs);
        Write("lib/restore/project.nuget.cache", Cache(success: false));

        Restore.Write(s_inputs);

        Restore.IsThere(s_inputs).ShouldBeFalse();
        File.Exists(At("note.txt")).ShouldBeFalse();
    }

    [Fact]
    public void What_it_follows_from_is_the_source_and_the_restore_of_the_build()
    {
        Write("build.cache", "one");
        var inputs = EarlierRestore.InputsOf("sources", At("build.cache")).ShouldNotBeNull();

        EarlierRestore.InputsOf("other sources", At("build.cache")).ShouldNotBe(inputs);
        EarlierRestore.InputsOf("", At("build.cache")).ShouldBeNull("more decides than is known");
        EarlierRestore.InputsOf("sources", At("none.cache")).ShouldBeNull("the build was not restored");
        Write("build.cache", "two");
        EarlierRestore.InputsOf("sources", At("build.cache")).ShouldNotBe(inputs);
    }

    private string Cache(bool success) => JsonSerializer.Serialize(new { version = 2, success, expectedPackageFiles = new[] { At("package.sha512") } });

    private string At(string path) => Path.Combine(_root, path);

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }
}

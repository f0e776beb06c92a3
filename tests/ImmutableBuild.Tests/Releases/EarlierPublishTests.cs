using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class EarlierPublishTests : IDisposable
{
    private static readonly CommitSha s_commit = CommitSha.Parse(new string('a', 40));
    private static readonly Digest s_inputs = EarlierPublish.InputsOf(s_commit.ToString(), "10.0.401", [new("Color", "red"), new("Size", "1")]);

    private readonly string _directory = Directory.CreateTempSubdirectory("imb-earlier-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Everything_that_a_publish_follows_from_counts()
    {
        EarlierPublish.InputsOf(s_commit.ToString(), "10.0.401", [new("Size", "1"), new("Color", "red")]).ShouldBe(s_inputs, "the order doesn't");
        EarlierPublish.InputsOf(new string('b', 40), "10.0.401", [new("Color", "red"), new("Size", "1")]).ShouldNotBe(s_inputs);
        EarlierPublish.InputsOf(s_commit.ToString(), "10.0.402", [new("Color", "red"), new("Size", "1")]).ShouldNotBe(s_inputs);
        EarlierPublish.InputsOf(s_commit.ToString(), "10.0.401", [new("Color", "redSize"), new("", "1")]).ShouldNotBe(s_inputs);
        EarlierPublish.InputsOf(s_commit.ToString(), "10.0.401", [new("Color", "red")]).ShouldNotBe(s_inputs);
    }

    [Fact]
    public async Task It_is_found_while_its_output_is_as_it_was_left()
    {
        await PublishAsync();
        (await FindAsync(s_inputs)).ShouldNotBeNull().Commit.ShouldBe(s_commit);
        (await FindAsync(Digest.Of([1]))).ShouldBeNull();
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("touched")]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("gone")]
    public async Task An_output_that_anything_happened_to_is_published_again(string happened)
    {
        await PublishAsync();
        var output = Path.Combine(_directory, "publish");
        Action act = happened switch
        {
            "changed" => () => File.AppendAllText(Path.Combine(output, "App.dll"), "more"),
            "touched" => () => File.SetLastWriteTimeUtc(Path.Combine(output, "App.dll"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
            "added" => () => File.WriteAllText(Path.Combine(output, "new.json"), ""),
            "removed" => () => File.Delete(Path.Combine(output, "wwwroot", "a.js")),
            _ => () => Directory.Delete(output, recursive: true),
        };

        act();

        (await FindAsync(s_inputs)).ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_record_or_with_a_damaged_one_there_is_none()
    {
        (await FindAsync(s_inputs)).ShouldBeNull();
        await PublishAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "release.json"), "{", TestContext.Current.CancellationToken);
        (await FindAsync(s_inputs)).ShouldBeNull();
    }

    private Task<CompileRecord?> FindAsync(Digest inputs) => EarlierPublish.FindAsync(new ReleaseRecordFile(_directory), inputs, TestContext.Current.CancellationToken);

    private Task PublishAsync()
    {
        var output = Path.Combine(_directory, "publish");
        Directory.CreateDirectory(Path.Combine(output, "wwwroot"));
        File.WriteAllText(Path.Combine(output, "App.dll"), "app");
        File.WriteAllText(Path.Combine(output, "wwwroot", "a.js"), "js");
        var sample = SampleRecord.Whole;
        var published = sample.Compile.Published[0] with { Directory = output, Stamp = EarlierPublish.StampOf(output) };
        return new ReleaseRecordFile(_directory).WriteAsync(
            sample with { Compile = sample.Compile with { Commit = s_commit, Inputs = s_inputs, Published = ImmutableArray.Create(published) } }, TestContext.Current.CancellationToken);
    }
}

using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class ReleaseRecordFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-record-").FullName;

    private ReleaseRecordFile File => new(_directory);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_written_is_read()
    {
        await File.WriteAsync(SampleRecord.Whole, Token);

        Text(await File.ReadAsync(Token)).ShouldBe(Text(SampleRecord.Whole));
        Directory.GetFiles(_directory).ShouldBe([File.Path]);
    }

    [Fact]
    public async Task Lost_requests_that_nobody_counted_are_left_out_and_not_read_as_none()
    {
        await File.WriteAsync(SampleRecord.Whole with { HealthGate = SampleRecord.Whole.HealthGate! with { RequestsLost = null } }, Token);

        (await System.IO.File.ReadAllTextAsync(File.Path, Token)).Split("\"requestsLost\":").Length.ShouldBe(2, "earlier versions read a number or nothing");
        var read = await File.ReadAsync(Token);
        (read.HealthGate!.RequestsLost, read.DestroyOld!.RequestsLost, read.RequestsLost).ShouldBe((null, 0, null));
    }

    [Fact]
    public async Task None_is_IMB1201() => (await CodeOfReading()).ShouldBe("IMB1201");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "schema": 2 }""")]
    [InlineData("""{ "schema": 1 }""")]
    [InlineData("""{ "schema": 1, "schema": 1 }""")]
    [InlineData("""{ "schema": 1, "releaseId": "r", "app": { "app": "NOT A LABEL", "environment": "dev" }, "compile": {} }""")]
    public async Task Anything_else_is_IMB1202(string content)
    {
        await System.IO.File.WriteAllTextAsync(File.Path, content, Token);
        (await CodeOfReading()).ShouldBe("IMB1202");
    }

    [Fact]
    public async Task A_deep_or_huge_file_is_refused_unread()
    {
        await System.IO.File.WriteAllTextAsync(File.Path, "{ \"schema\": 1, \"x\": " + new string('[', 100_000), Token);
        (await CodeOfReading()).ShouldBe("IMB1202");

        await using (var file = System.IO.File.Create(File.Path))
        {
            file.SetLength(1L << 32);
        }

        (await CodeOfReading()).ShouldBe("IMB1202");
    }

    [Fact]
    [Trait("Fault", "F09")]
    public async Task What_cannot_be_written_is_IMB1205_and_leaves_the_old_one()
    {
        await File.WriteAsync(SampleRecord.Whole, Token);
        var blocked = new ReleaseRecordFile(File.Path); // a file where a directory is expected

        (await Should.ThrowAsync<ImmutableBuildException>(() => blocked.WriteAsync(SampleRecord.Compiled, Token))).Code.ShouldBe("IMB1205");
        (await File.ReadAsync(Token)).DestroyOld.ShouldNotBeNull();
    }

    private static string Text(ReleaseRecord record) => JsonSerializer.Serialize(record, ReleaseRecordJson.Default.ReleaseRecord);

    private async Task<string> CodeOfReading() => (await Should.ThrowAsync<ImmutableBuildException>(() => File.ReadAsync(Token))).Code;
}

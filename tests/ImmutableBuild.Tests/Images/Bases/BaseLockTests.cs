using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;

namespace ImmutableBuild.Tests.Images.Bases;

public sealed class BaseLockTests : IDisposable
{
    private static readonly Digest Sum = Digest.Of("base"u8);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_written_is_read_again()
    {
        var file = _directory["immutable.lock.json"];
        var none = await BaseLock.ReadAsync(file, Token);

        (none with { Bases = none.Bases.Add("localhost:5000/os:1.0", Sum).Add("a/b:2", Sum) }).Write(file);

        var read = await BaseLock.ReadAsync(file, Token);
        (read.Find("localhost:5000/os:1.0"), read.Find("localhost:5000/os:2.0")).ShouldBe((Sum, null));
        (await File.ReadAllTextAsync(file, Token)).ShouldBe($$"""
            {
              "schema": 1,
              "bases": {
                "a/b:2": "{{Sum}}",
                "localhost:5000/os:1.0": "{{Sum}}"
              }
            }

            """, "the same entries are the same bytes, so that a commit shows what changed");
    }

    [Fact]
    public async Task Without_a_file_nothing_is_pinned() => (await BaseLock.ReadAsync(_directory["none.json"], Token)).Bases.ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("<<<<<<< HEAD")]
    [InlineData("""{"schema":2,"bases":{}}""")]
    [InlineData("""{"schema":1,"bases":{"a/b:1":"sha256:short"}}""")]
    [InlineData("""{"schema":1,"bases":{"a/b:1":null}}""")]
    [InlineData("""{"schema":1,"bases":{"a/b:1":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","a/b:1":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}""")]
    public async Task A_damaged_file_is_an_error(string content)
    {
        var file = _directory["immutable.lock.json"];
        await File.WriteAllTextAsync(file, content, Token);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => BaseLock.ReadAsync(file, Token));

        (fault.Code, fault.Diagnostics[0].Location?.File).ShouldBe(("IMB2020", file));
    }
}

using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.GitHub.Runs;

public sealed class RunFileTests : IDisposable
{
    private const int Releases = 100;

    private static readonly string s_rest = new('x', 500);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_several_releases_of_a_step_append_is_all_there()
    {
        Parallel.For(0, Releases, number => RunFile.Append(_directory["output"], $"{number}={s_rest}\n"));

        File.ReadAllLines(_directory["output"]).ShouldBe(Enumerable.Range(0, Releases).Select(number => $"{number}={s_rest}"), ignoreOrder: true);
    }

    [Fact]
    public void So_is_what_they_say_in_its_summary()
    {
        Parallel.For(0, Releases, number => SummaryFile.Write(_directory["summary"], $"app{number % 10}", $"{number}\n"));

        var text = File.ReadAllText(_directory["summary"]);
        Enumerable.Range(0, 10).All(app => text.Split($"<!-- immutable app{app} -->\n").Length == 2).ShouldBeTrue();
        text.Split('\n').Length.ShouldBe((10 * 3) + 1);
    }
}

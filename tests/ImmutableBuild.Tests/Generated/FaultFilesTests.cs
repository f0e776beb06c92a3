using System.Text;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The matrix of faults is made from the marks in the tests' sources, so it shows what is really covered.</summary>
public sealed class FaultFilesTests
{
    [Fact]
    public void The_page_of_faults_shows_every_test_that_covers_one() => GeneratedFile.ShouldBe("docs/faults.md", Page());

    [Fact]
    public void Every_mark_names_a_fault_that_exists()
    {
        var known = Known().Select(fault => fault.Id).ToHashSet(StringComparer.Ordinal);

        TestMark.All("Fault").Select(mark => mark.Value).Where(fault => !known.Contains(fault)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mark_of_a_test_counts_wherever_it_stands()
    {
        var one = "Trait(" + "\"Fault\", \"F01\")";
        var two = "Trait(" + "\"Fault\", \"F02\")";

        TestMark.In($"    [Fact, {one}, {two}]\n    public void A()\n    [Theory]\n    [{one}]\n    [InlineData(1), {two}]\n    public async Task B()\n", "Fault")
            .ShouldBe([("F01", "A"), ("F02", "A"), ("F01", "B"), ("F02", "B")]);
    }

    private static string Page()
    {
        var marks = TestMark.All("Fault").ToLookup(mark => mark.Value, StringComparer.Ordinal);
        var page = new StringBuilder();
        page.Append("# Faults\n\nWhat ImmutableBuild survives, and the test classes that show it. Generated from the `Fault` traits of the tests; a test keeps this page equal to them.\n\n");
        page.Append($"| fault | {string.Join(" | ", TestMark.Suites.Select(suite => suite.Title))} |\n| --- | {string.Join(" | ", TestMark.Suites.Select(_ => "---"))} |\n");
        foreach (var (id, text) in Known())
        {
            var cells = TestMark.Suites.Select(suite => string.Join("<br>", marks[id].Where(mark => mark.Suite == suite.Folder).Select(mark => mark.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
            page.Append($"| **{id}** {text} | {string.Join(" | ", cells)} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<(string Id, string Text)> Known() =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Generated", "faults.txt"))
        where line.Length > 4
        select (line[..3], line[4..]);
}

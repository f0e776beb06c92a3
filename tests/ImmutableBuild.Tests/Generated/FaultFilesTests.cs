using System.Text;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The matrix of faults is made from the marks in the tests' sources, so it shows what is really covered.</summary>
public sealed partial class FaultFilesTests
{
    private static readonly (string Folder, string Title)[] Suites =
    [
        ("ImmutableBuild.Tests", "fast"), ("ImmutableBuild.IntegrationTests", "real systems"), ("ImmutableBuild.AcceptanceTests", "as a user"),
    ];

    [Fact]
    public void The_page_of_faults_shows_every_test_that_covers_one() => GeneratedFile.ShouldBe("docs/faults.md", Page());

    [Fact]
    public void Every_mark_names_a_fault_that_exists()
    {
        var known = Known().Select(fault => fault.Id).ToHashSet(StringComparer.Ordinal);

        Marks().Select(mark => mark.Fault).Where(fault => !known.Contains(fault)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mark_of_a_test_counts_wherever_it_stands()
    {
        var one = "Trait(" + "\"Fault\", \"F01\")";
        var two = "Trait(" + "\"Fault\", \"F02\")";

        Trait().Matches($"    [Fact, {one}, {two}]\n    [Theory]\n    [{one}]\n    [InlineData(1), {two}]\n").Select(mark => mark.Groups["fault"].Value)
            .ShouldBe(["F01", "F02", "F01", "F02"]);
    }

    private static string Page()
    {
        var marks = Marks().ToLookup(mark => mark.Fault, StringComparer.Ordinal);
        var page = new StringBuilder();
        page.Append("# Faults\n\nWhat ImmutableBuild survives, and the test classes that show it. Generated from the `Fault` traits of the tests; a test keeps this page equal to them.\n\n");
        page.Append($"| fault | {string.Join(" | ", Suites.Select(suite => suite.Title))} |\n| --- | {string.Join(" | ", Suites.Select(_ => "---"))} |\n");
        foreach (var (id, text) in Known())
        {
            var cells = Suites.Select(suite => string.Join("<br>", marks[id].Where(mark => mark.Suite == suite.Folder).Select(mark => mark.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
            page.Append($"| **{id}** {text} | {string.Join(" | ", cells)} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<(string Id, string Text)> Known() =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Generated", "faults.txt"))
        where line.Length > 4
        select (line[..3], line[4..]);

    private static IEnumerable<(string Suite, string Class, string Fault)> Marks() =>
        from suite in Suites
        let folder = Path.Combine(GeneratedFile.RepositoryRoot(), "tests", suite.Folder)
        from file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
        where parts[0] is not ("bin" or "obj")
        from Match mark in Trait().Matches(File.ReadAllText(file))
        select (suite.Folder, parts[^1].Split('.')[0], mark.Groups["fault"].Value);

    // Anywhere in a list of attributes: one test may cover several faults.
    [GeneratedRegex("\\bTrait\\(\"Fault\", \"(?<fault>[^\"]+)\"\\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Trait();
}

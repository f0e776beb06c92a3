using System.Text;

namespace ImmutableBuild.Tests.Generated;

/// <summary>What the .NET SDK's container publishing does wrong, and the tests that show that a release doesn't: a fixed list, of which nothing may go untested.</summary>
public sealed class SdkDefectFilesTests
{
    private const string Trait = "SdkDefect";

    [Fact]
    public void The_page_of_defects_shows_every_test_of_one() => GeneratedFile.ShouldBe("docs/sdk-defects.md", Page());

    [Fact]
    public void Every_defect_has_a_test()
    {
        var tested = TestMark.All(Trait).Select(mark => mark.Value).ToHashSet(StringComparer.Ordinal);

        Known().Select(defect => defect.Name).Where(name => !tested.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mark_is_a_tests_and_names_a_defect_that_exists()
    {
        var known = Known().Select(defect => defect.Name).ToHashSet(StringComparer.Ordinal);

        TestMark.All(Trait).Where(mark => mark.Test.Length == 0 || !known.Contains(mark.Value)).ShouldBeEmpty();
    }

    private static string Page()
    {
        var marks = TestMark.All(Trait).ToLookup(mark => mark.Value, StringComparer.Ordinal);
        var page = new StringBuilder();
        page.Append(
            """
            # Defects of the .NET SDK's container publishing

            Found in SDK 10.0.401 by measuring and reading, and what shows that ImmutableBuild doesn't have them. Generated from the `SdkDefect` traits of
            the tests; a test keeps this page equal to them, and fails when a defect has no test.

            | defect | what the SDK does | tests |
            | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var (name, text) in Known())
        {
            var tests = marks[name].Select(mark => $"{mark.Class}: {mark.Test.Replace('_', ' ')}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            page.Append($"| `{name}` | {text} | {string.Join("<br>", tests)} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<(string Name, string Text)> Known() =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Generated", "sdk-defects.txt"))
        let parts = line.Split(" | ", 2)
        where parts.Length == 2
        select (parts[0], parts[1]);
}

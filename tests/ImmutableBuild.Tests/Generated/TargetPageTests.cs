using System.Text.RegularExpressions;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The page on adding a target shows code of this repository, so that it compiles, and names what is there.</summary>
public sealed partial class TargetPageTests
{
    private static readonly string Root = GeneratedFile.RepositoryRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "adding-a-target.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Its_examples_stand_in_the_tests_word_for_word()
    {
        var examples = Example().Matches(Page).Select(example => example.Groups["code"].Value).ToArray();

        examples.ShouldNotBeEmpty();
        examples.ShouldAllBe(example => Sources("tests").Any(source => source.Contains(example)));
    }

    [Fact]
    public void Every_type_and_member_it_names_exists()
    {
        var sources = string.Join('\n', Sources("src").Concat(Sources("tests")));

        Name().Matches(Page).Select(name => name.Groups["name"].Value).Distinct()
            .Where(name => !Regex.IsMatch(sources, $@"\b{name}\b", RegexOptions.None, TimeSpan.FromMinutes(5)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_file_it_names_exists() =>
        Place().Matches(Page).Select(place => place.Groups["path"].Value)
            .Where(path => !Path.Exists(Path.Combine(Root, path)))
            .ShouldBeEmpty();

    // The generated files of a build are left out, and so is this file, which would answer for anything.
    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => Path.GetFileName(file) != $"{nameof(TargetPageTests)}.cs")
            .Select(file => File.ReadAllText(file).ReplaceLineEndings("\n"));

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("`(OptionCatalogue\\.)?(?<name>[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex("`(?<path>(src|tests|docs)/[A-Za-z./-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}

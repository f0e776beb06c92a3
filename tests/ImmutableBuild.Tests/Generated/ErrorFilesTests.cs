using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The page of errors is made from the one catalogue, and the catalogue is held to its rules.</summary>
public sealed partial class ErrorFilesTests
{
    private static readonly (char Digit, string Title)[] Ranges =
    [
        ('1', "Configuration and source"), ('2', "Bake"), ('3', "Scan"), ('4', "Trust"), ('5', "Registry"), ('6', "Deploy"),
        ('7', "Gate and route"), ('8', "Destroy, rollback, drift"), ('9', "A fault of the tool itself"),
    ];

    private static string ErrorsDirectory => Path.Combine(GeneratedFile.RepositoryRoot(), "src", "ImmutableBuild.Core", "Errors");

    [Fact]
    public void The_page_of_errors_shows_every_code_of_the_catalogue() => GeneratedFile.ShouldBe(ErrorCatalogue.Page, Page());

    [Fact]
    public void Every_code_is_used_once_and_has_a_title_a_cause_and_a_cure()
    {
        ErrorCatalogue.All.Select(error => error.Code).ShouldBeUnique();
        foreach (var error in ErrorCatalogue.All)
        {
            Code().IsMatch(error.Code).ShouldBeTrue(error.Code);
            foreach (var text in new[] { error.Title, error.Cause, error.Cure })
            {
                text.ShouldNotBeNullOrWhiteSpace(error.Code);
            }
        }
    }

    [Fact]
    public void Every_code_in_the_sources_is_in_the_catalogue() =>
        Directory.GetFiles(Path.Combine(GeneratedFile.RepositoryRoot(), "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => CodeLiteral().Matches(File.ReadAllText(file))).Select(match => match.Groups["code"].Value)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ShouldBe(ErrorCatalogue.All.Select(error => error.Code));

    [Fact]
    public void Every_descriptor_has_one_factory_that_makes_it()
    {
        foreach (var (file, text) in Sources())
        {
            foreach (Match declared in DeclaredName().Matches(text))
            {
                // Its declaration, its row in All, and the factory's use.
                var name = declared.Groups["name"].Value;
                Regex.Count(text, $@"\b{name}\b", RegexOptions.None, TimeSpan.FromMinutes(5)).ShouldBeGreaterThanOrEqualTo(3, $"{name} in {file} is made by no factory.");
            }
        }
    }

    private static IEnumerable<(string File, string Text)> Sources() =>
        Directory.GetFiles(ErrorsDirectory, "*Errors.cs").Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# Error codes\n\nGenerated from the error catalogue (`ErrorCatalogue`); a test keeps this page equal to it. A code is never used for something else.\n");
        foreach (var (digit, title) in Ranges)
        {
            page.Append($"\n## IMB{digit}: {title.ToLowerInvariant()}\n");
            foreach (var error in ErrorCatalogue.All.Where(error => error.Code[3] == digit))
            {
                page.Append($"\n<a id=\"{error.Anchor}\"></a>\n### {error.Code} {error.Title}\n\n{error.Cause}\n\n**What to do.** {error.Cure}\n");
            }
        }

        return page.ToString();
    }

    [GeneratedRegex("^IMB[1-9][0-9]{3}$")]
    private static partial Regex Code();

    [GeneratedRegex("\"(?<code>IMB[0-9]{4})\"", RegexOptions.ExplicitCapture)]
    private static partial Regex CodeLiteral();

    [GeneratedRegex("ErrorDescriptor (?<name>\\w+) (\\{ get; \\} )?= new", RegexOptions.ExplicitCapture)]
    private static partial Regex DeclaredName();
}

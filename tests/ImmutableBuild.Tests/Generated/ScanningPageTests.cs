using System.Text.RegularExpressions;
using ImmutableBuild.Scanning.Content;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The page on scanning has a row for each content rule, made from the catalogue.</summary>
public sealed partial class ScanningPageTests
{
    private const string Page = "docs/scanning.md";

    [Fact]
    public void The_page_has_every_rule_with_its_reason_and_its_way_out()
    {
        var text = File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), Page)).ReplaceLineEndings("\n");
        var rows = ContentRules.Descriptors.OrderBy(rule => rule.Code, StringComparer.Ordinal)
            .Select(rule => $"| [{rule.Code}](errors.md#{rule.Code.ToLowerInvariant()}) {rule.Title} | {rule.Cause} | {rule.Cure.Replace("|", "\\|", StringComparison.Ordinal)} |\n");

        GeneratedFile.ShouldBe(Page, Table().Replace(text, $"<!-- rules -->\n| rule | reason | way out |\n| --- | --- | --- |\n{string.Concat(rows).Replace("$", "$$", StringComparison.Ordinal)}<!-- /rules -->"));
    }

    [Fact]
    public void Every_rule_has_a_code_of_its_own() => ContentRules.Descriptors.Select(rule => rule.Code).ShouldBeUnique();

    [GeneratedRegex("<!-- rules -->.*<!-- /rules -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}

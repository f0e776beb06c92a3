using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.MSBuild;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.MSBuild;

public sealed partial class HelpLinkTests
{
    [Fact]
    public void Every_help_link_leads_to_its_place_in_a_page_that_is_there()
    {
        // What is beside the tasks is a copy that the build made of it.
        var page = File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), ErrorCatalogue.Page)).ReplaceLineEndings("\n");
        foreach (var error in ErrorCatalogue.All)
        {
            var link = new Uri(HelpLink.To(error));

            File.Exists(link.LocalPath).ShouldBeTrue(link.LocalPath);
            page.ShouldContain($"<a id=\"{link.Fragment[1..]}\"></a>\n### {error.Code} ");
        }
    }

    [Fact]
    public void The_targets_own_link_leads_there_too()
    {
        var targets = File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), "src", "ImmutableBuild.MSBuild", "build", "ImmutableBuild.Entry.targets"));

        foreach (Match error in ErrorElement().Matches(targets))
        {
            error.Groups["anchor"].Value.ShouldBe(ErrorCatalogue.Find(error.Groups["code"].Value).ShouldNotBeNull().Anchor);
        }

        targets.ShouldContain($"/{ErrorCatalogue.Page}'");
    }

    [GeneratedRegex("<Error Code=\"(?<code>IMB[0-9]{4})\" HelpLink=\"[^\"]*#(?<anchor>[a-z0-9]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorElement();
}

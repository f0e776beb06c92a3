using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ImmutableBuild.Tests.Workflows;

/// <summary>The pipelines for others than GitHub: the same steps, and no value that becomes part of a script.</summary>
public sealed partial class OtherPipelinesTests
{
    private const string Templates = "src/ImmutableBuild.Templates/templates/immutable";

    private static string GitLab => Read("gitlab/.gitlab-ci.yml");

    private static string Azure => Read("azure/azure-pipelines.yml");

    private static string Jenkins => Read("jenkins/Jenkinsfile");

    [Fact]
    public void Each_runs_every_stage_once_and_the_last_three_in_one_build()
    {
        foreach (var pipeline in (string[])[GitLab, Azure, Jenkins])
        {
            Stages.Matches(pipeline).Select(match => match.Groups["stage"].Value).Distinct().ShouldBe(["Bake", "Scan", "Sign", "Push", "Release"], ignoreOrder: true);
            pipeline.ShouldContain("Deploy;HealthGate;DestroyOld");
        }
    }

    [Fact]
    public void GitLab_and_Azure_are_yaml_whose_stages_follow_one_another()
    {
        var gitLab = Parse(GitLab);
        ((YamlSequenceNode)gitLab["stages"]).Select(stage => stage.ToString()).ShouldBe(["bake", "publish", "deploy"]);
        Workflow.Value(gitLab["deploy"], "interruptible").ShouldBe("false");
        Workflow.Value(gitLab["deploy"], "resource_group").ShouldNotBeNull();

        var azure = Parse(Azure);
        ((YamlSequenceNode)azure["stages"]).Select(stage => Workflow.Value(stage, "stage")).ShouldBe(["Bake", "Publish", "Deploy", "Rollback", "Look"]);
        Workflow.Value(azure, "lockBehavior").ShouldBe("sequential");
        Every(azure).Where(job => job.Children.ContainsKey("job") || job.Children.ContainsKey("deployment")).ShouldAllBe(job => Workflow.Value(job, "timeoutInMinutes") != null);
        Every(azure).Where(step => step.Children.ContainsKey("checkout")).ShouldAllBe(step => Workflow.Value(step, "persistCredentials") == "false");
    }

    [Fact]
    public void No_macro_or_template_expression_of_Azure_stands_in_a_script() =>
        Every(Parse(Azure)).Select(step => Workflow.Value(step, "bash")).OfType<string>().Where(script => Macro.IsMatch(script)).ShouldBeEmpty();

    [Fact]
    public void Jenkins_scripts_are_in_single_quotes_so_that_Groovy_puts_nothing_into_them()
    {
        ShellSteps.Count(Jenkins).ShouldBeGreaterThan(5);
        ShellSteps.Matches(Jenkins).ShouldAllBe(step => step.Groups["quote"].Value == "'");
    }

    private static YamlMappingNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static IEnumerable<YamlMappingNode> Every(YamlNode root) => root.AllNodes.OfType<YamlMappingNode>();

    private static string Read(string file) => File.ReadAllText(Workflow.PathOf($"{Templates}/{file}")).ReplaceLineEndings("\n");

    [GeneratedRegex(@"dotnet build ""\$PROJECT"" -t:(?<stage>Bake|Scan|Sign|Push|Release)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Stages { get; }

    [GeneratedRegex(@"\$\([\w.]+\)|\$\{\{|\$\[")]
    private static partial Regex Macro { get; }

    [GeneratedRegex(@"^\s*sh (?<quote>['""]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ShellSteps { get; }
}

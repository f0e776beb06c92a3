using System.Text.Json;
using ImmutableBuild.Releases;
using ImmutableBuild.Shells;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Releases;

/// <summary>A target that is in the table is one everywhere.</summary>
public sealed class TargetKindTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Each_is_opened_by_an_adapter_of_its_own()
    {
        var opened = new List<Type>();
        foreach (var kind in TargetKind.All)
        {
            await using var stages = new ReleaseStages(StageContexts.Make(_scratch.Path, options => options with { Target = kind.Name }), _scratch["ImmutableBuild.Gateway.dll"]);
            opened.Add(stages.Target.GetType());
        }

        opened.Distinct().Count().ShouldBe(TargetKind.All.Length);
    }

    [Fact]
    public void Each_is_offered_by_the_template()
    {
        var file = Path.Combine(GeneratedFile.RepositoryRoot(), "src", "ImmutableBuild.Templates", "templates", "immutable", ".template.config", "template.json");
        using var template = JsonDocument.Parse(File.ReadAllText(file));
        var target = template.RootElement.GetProperty("symbols").GetProperty("target");

        target.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("choice").GetString()).ShouldBe([.. TargetKind.All.Select(kind => kind.Name)]);
        target.GetProperty("defaultValue").GetString().ShouldBe(TargetKind.All[0].Name);
    }

    [Fact]
    public void A_name_that_is_not_there_is_told_with_those_that_are() =>
        Should.Throw<ArgumentException>(() => TargetKind.Of("elsewhere")).Message.ShouldContain("local, docker");
}

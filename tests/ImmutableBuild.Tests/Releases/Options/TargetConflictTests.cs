using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

/// <summary>What a target can't keep is refused with the targets that can, never ignored.</summary>
public sealed class TargetConflictTests
{
    public static TheoryData<string> Targets => [.. TargetKind.All.Select(kind => kind.Name)];

    [Theory, MemberData(nameof(Targets))]
    public void Limits_are_for_targets_that_can_keep_them(string target)
    {
        foreach (var option in new[] { ("ImmutableMemory", "256m"), ("ImmutableCpus", "0.5") })
        {
            var refusal = RefusalOf(target, option);

            (refusal is null).ShouldBe(TargetKind.Of(target).LimitsInstances, refusal);
        }
    }

    [Fact]
    public void A_refusal_names_the_targets_that_can() =>
        RefusalOf("local", ("ImmutableMemory", "256m")).ShouldNotBeNull().ShouldStartWith("ImmutableMemory: the target 'local' can't limit an instance; use 'docker'");

    [Theory, MemberData(nameof(Targets))]
    public void A_port_and_an_address_are_for_targets_where_the_release_chooses_them(string target)
    {
        foreach (var option in new[] { ("ImmutablePort", "8080"), ("ImmutableBind", "0.0.0.0") })
        {
            var refusal = RefusalOf(target, option);

            (refusal is null).ShouldBe(TargetKind.Of(target).ChoosesPort, refusal);
        }
    }

    private static string? RefusalOf(string target, (string Name, string Value) option)
    {
        try
        {
            ReleaseOptionsParser.Parse(new RawOptions
            {
                Project = new ProjectFacts("Shop.Web", Path.GetTempPath(), ListensOnHttp: true),
                Properties = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase)
                    .Add(OptionCatalogue.Target.Name, target)
                    .Add(OptionCatalogue.BaseImage.Name, "localhost:5000/dotnet/aspnet:10.0")
                    .Add(option.Name, option.Value),
            });
            return null;
        }
        catch (ImmutableBuildException refusal)
        {
            return refusal.Diagnostics.ShouldHaveSingleItem().Message;
        }
    }
}

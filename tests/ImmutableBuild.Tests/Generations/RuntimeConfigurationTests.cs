using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>What belongs to a generation's identity, and what does not.</summary>
public sealed class RuntimeConfigurationTests
{
    private static readonly KeyValuePair<string, string>[] s_pairs = [KeyValuePair.Create("SHOP_DB", "a"), KeyValuePair.Create("Serilog__Level", "b")];

    [Fact, Trait("Fault", "F33")]
    public void The_order_in_which_names_were_read_does_not_decide_the_identity()
    {
        var ordinal = Id(new RuntimeConfiguration { Environment = s_pairs.ToImmutableSortedDictionary(StringComparer.Ordinal) });

        // As the words of most languages are ordered, and so a map that is read in one of them.
        Id(new RuntimeConfiguration { Environment = s_pairs.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase) }).ShouldBe(ordinal);
    }

    [Fact, Trait("Fault", "F33")]
    public void Settings_of_the_platform_are_part_of_the_identity()
    {
        var small = Id(Setting("instance-type", "small"));

        small.ShouldNotBe(Id(new RuntimeConfiguration()));
        Id(Setting("instance-type", "large")).ShouldNotBe(small);
        Id(Setting("machine", "small")).ShouldNotBe(small);
        Id(Setting("instance-type", "small")).ShouldBe(small);
    }

    [Fact]
    public void Without_any_the_identity_is_the_same_as_if_there_were_no_such_thing()
    {
        var none = new RuntimeConfiguration { PlatformSettings = ImmutableSortedDictionary<string, string>.Empty };

        Encoding.UTF8.GetString(none.ToCanonicalJson()).ShouldNotContain("platformSettings");
        Id(none).ShouldBe(Id(new RuntimeConfiguration()));
    }

    [Fact]
    public void They_are_read_as_they_were_written()
    {
        var written = Setting("node-selector", "disk=ssd,zone=a");

        var read = JsonSerializer.Deserialize(written.ToCanonicalJson(), GenerationsJson.Default.RuntimeConfiguration)!;

        read.PlatformSettings.ShouldBe(written.PlatformSettings);
        Id(read).ShouldBe(Id(written));
    }

    private static RuntimeConfiguration Setting(string name, string value) =>
        new() { PlatformSettings = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(name, value) };

    private static GenerationId Id(RuntimeConfiguration configuration) => SimulatedSpecs.Spec(1, configuration: configuration).Id;
}

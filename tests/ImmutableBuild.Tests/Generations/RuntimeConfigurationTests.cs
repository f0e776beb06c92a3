using System.Collections.Immutable;
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

    private static GenerationId Id(RuntimeConfiguration configuration) => SimulatedSpecs.Spec(1, configuration: configuration).Id;
}

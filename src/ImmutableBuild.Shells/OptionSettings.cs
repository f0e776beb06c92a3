using System.Collections.Immutable;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Shells;

/// <summary>
/// Options that a shell was told beside the project, which they win over. They are texts, as in a project: the one parser reads them, and
/// names every mistake in them.
/// </summary>
public sealed record OptionSettings
{
    /// <summary>Nothing set.</summary>
    public static OptionSettings None { get; } = new();

    /// <summary>Properties, by the option's name.</summary>
    public ImmutableSortedDictionary<string, string> Properties { get; private init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Items, after the project's own.</summary>
    public ImmutableArray<RawItem> Items { get; private init; } = [];

    /// <summary>Sets an option, such as <c>OptionCatalogue.Soak</c>; null or empty leaves it as the project has it.</summary>
    public OptionSettings Set(PropertyOption option, string? value) =>
        string.IsNullOrEmpty(value) ? this : this with { Properties = Properties.SetItem(option.Name, value) };

    /// <summary>Sets an option by name; null or empty leaves it as the project has it. IMB1504 when there is no such option.</summary>
    public OptionSettings Set(string option, string? value) => Set(OptionCatalogue.Find(option) ?? throw Errors.ShellErrors.NoSuchOption(option), value);

    /// <summary>Takes an option back, so that the project's holds.</summary>
    public OptionSettings Reset(PropertyOption option) => this with { Properties = Properties.Remove(option.Name) };

    /// <summary>Adds an item, such as <c>OptionCatalogue.InstanceVariable</c>.</summary>
    /// <param name="item">The item.</param>
    /// <param name="include">Its <c>Include</c>: the variable's name, the label's name.</param>
    /// <param name="value">The metadata that it takes; null for none.</param>
    public OptionSettings Add(ItemOption item, string include, string? value = null) => this with { Items = Items.Add(new RawItem(item.Name, include, value)) };
}

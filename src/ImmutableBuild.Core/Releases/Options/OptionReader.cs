using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Options;

/// <summary>Reads options one by one and collects every mistake instead of stopping at the first.</summary>
internal sealed class OptionReader(RawOptions raw)
{
    private readonly List<Diagnostic> _mistakes = [];

    /// <summary>Everything wrong so far, in the order found.</summary>
    public ImmutableArray<Diagnostic> Mistakes => [.. _mistakes];

    /// <summary>Notes a mistake.</summary>
    public void Refuse(ImmutableBuildException mistake) => _mistakes.AddRange(mistake.Diagnostics);

    /// <summary>Whether an image is made with the options.</summary>
    public bool ForRelease => raw.ForRelease;

    /// <summary>Where <paramref name="name"/> was set.</summary>
    public SourceLocation? Locate(string name) => raw.Locate(name);

    /// <summary>The text of a property that is no option, or of one by its name; null when not set.</summary>
    public string? TextOf(string property) => raw.Properties.TryGetValue(property, out var text) && text.Length > 0 ? text : null;

    /// <summary>The text the user gave; null when not set. A property wins over the environment variable.</summary>
    public string? TextOf(PropertyOption option) =>
        raw.Properties.TryGetValue(option.Name, out var text) && text.Length > 0 ? text
        : option.Variable is { } variable && raw.ReadVariable(variable) is { Length: > 0 } value ? value
        : null;

    /// <summary>Every option the user set, by its name.</summary>
    public ImmutableSortedDictionary<string, string> Given() => OptionCatalogue.All
        .Select(option => KeyValuePair.Create(option.Name, TextOf(option)))
        .Where(given => given.Value is not null)
        .ToImmutableSortedDictionary(given => given.Key, given => given.Value!, StringComparer.Ordinal);

    /// <summary>The value of an option that has a default.</summary>
    public T Get<T>(PropertyOption<T> option)
    {
        var fallback = option.Default ?? throw new InvalidOperationException($"{option.Name} has no default.");
        return option.Type.TryParse(fallback, out var value)
            ? Get(option, value)
            : throw new InvalidOperationException($"The default of {option.Name} is not one of its values.");
    }

    /// <summary>The value of an option, or <paramref name="fallback"/> when it is not set.</summary>
    public T Get<T>(PropertyOption<T> option, T fallback)
    {
        if (TextOf(option) is not { } text)
        {
            return fallback;
        }

        if (option.Type.TryParse(text.Trim(), out var value))
        {
            return value;
        }

        Refuse(ConfigurationErrors.InvalidOption(option.Name, text, option.Allowed, raw.Locate(option.Name)));
        return fallback;
    }

    /// <summary>The value of a text option; null when it is not set.</summary>
    public string? Find(PropertyOption<string> option) => Get<string?>(new PropertyOption<string?>(option.Name, Nullable(option.Type), null, option.Meaning), null);

    /// <summary>A path option as an absolute path; null when it is not set.</summary>
    public string? FindPath(PropertyOption<string> option) =>
        Find(option) is { } path ? Path.GetFullPath(Path.Combine(raw.Project.Directory, path)) : null;

    /// <summary>An option of several paths as absolute paths; empty when it is not set.</summary>
    public ImmutableArray<string> GetPaths(PropertyOption<ImmutableArray<string>> option) =>
        [.. Get(option, []).Select(path => Path.GetFullPath(Path.Combine(raw.Project.Directory, path)))];

    /// <summary>The items called <paramref name="option"/>, in the order given.</summary>
    public IEnumerable<RawItem> ItemsOf(ItemOption option) =>
        raw.Items.Where(item => string.Equals(item.Name, option.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The items called <paramref name="option"/> as names and values; the last of equal names wins, as in the .NET SDK.</summary>
    public ImmutableSortedDictionary<string, string> Pairs(ItemOption option, Func<string, bool> isName, string allowedName)
    {
        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var item in ItemsOf(option))
        {
            if (isName(item.Include))
            {
                pairs[item.Include] = item.Value ?? "";
            }
            else
            {
                Refuse(ConfigurationErrors.InvalidOption(option.Name, item.Include, allowedName, raw.Locate(option.Name)));
            }
        }

        return pairs.ToImmutable();
    }

    /// <summary>The same, with names of one type.</summary>
    public ImmutableSortedDictionary<string, string> Pairs(ItemOption option, OptionType<string> names) => Pairs(option, name => names.TryParse(name, out _), names.Allowed);

    private static OptionType<string?> Nullable(OptionType<string> type) => new(type.Allowed, (string text, out string? value) =>
    {
        var valid = type.TryParse(text, out var parsed);
        value = parsed;
        return valid;
    });
}

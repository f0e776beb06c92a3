using System.Text;

namespace ImmutableBuild.Releases.Options;

/// <summary>One knob: an MSBuild property, the NUKE parameter of the same name, and an environment variable.</summary>
/// <param name="Name">The property's name, <c>ImmutableSoak</c>.</param>
/// <param name="Default">What holds when nothing is set, as a user would write it; null where it depends, see <paramref name="Meaning"/>.</param>
/// <param name="Meaning">What it decides, in a sentence or two.</param>
public abstract record PropertyOption(string Name, string? Default, string Meaning)
{
    /// <summary>The values it takes, for people.</summary>
    public abstract string Allowed { get; }

    /// <summary>The environment variable read when the property is not set: <c>IMMUTABLE_SOAK</c> for <c>ImmutableSoak</c>; null for the .NET SDK's own properties.</summary>
    public string? Variable => Name.StartsWith("Immutable", StringComparison.Ordinal) ? UpperSnake(Name) : null;

    private static string UpperSnake(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(letter));
        }

        return text.ToString();
    }
}

/// <summary>An <see cref="PropertyOption"/> whose text stands for a <typeparamref name="T"/>.</summary>
public sealed record PropertyOption<T>(string Name, OptionType<T> Type, string? Default, string Meaning) : PropertyOption(Name, Default, Meaning)
{
    /// <inheritdoc/>
    public override string Allowed => Type.Allowed;
}

/// <summary>An MSBuild item that decides something.</summary>
/// <param name="Name">The item's name, <c>ImmutableSecret</c>.</param>
/// <param name="Include">What its <c>Include</c> is.</param>
/// <param name="Metadata">The metadata read, and what it is; null for none.</param>
/// <param name="Meaning">What it decides.</param>
public sealed record ItemOption(string Name, string Include, string? Metadata, string Meaning);

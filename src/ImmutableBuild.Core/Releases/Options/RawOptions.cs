using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Options;

/// <summary>What a shell hands to the parser: texts as the user wrote them, nothing interpreted.</summary>
public sealed record RawOptions
{
    /// <summary>The project that is released.</summary>
    public required ProjectFacts Project { get; init; }

    /// <summary>Properties by name; names compare without regard to case, empty values count as not set.</summary>
    public ImmutableDictionary<string, string> Properties { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that the user set but that no <see cref="PropertyOption"/> has, such as a misspelt one.</summary>
    public ImmutableArray<string> UnknownNames { get; init; } = [];

    /// <summary>The items of <see cref="OptionCatalogue.Items"/>, in the order given.</summary>
    public ImmutableArray<RawItem> Items { get; init; } = [];

    /// <summary>Where a property or item was set, when that is known.</summary>
    public Func<string, SourceLocation?> Locate { get; init; } = _ => null;

    /// <summary>Whether a project is released with them. Who only looks after what was released needs nothing that says how an image is made.</summary>
    public bool ForRelease { get; init; } = true;

    /// <summary>Reads an environment variable by name.</summary>
    public Func<string, string?> ReadVariable { get; init; } = _ => null;
}

/// <summary>One item.</summary>
/// <param name="Name">The item's name, <c>ContainerLabel</c>.</param>
/// <param name="Include">Its <c>Include</c>.</param>
/// <param name="Value">The metadata named in <see cref="ItemOption.Metadata"/>; null when absent.</param>
public sealed record RawItem(string Name, string Include, string? Value = null);

/// <summary>What the project itself says.</summary>
/// <param name="Name">The project's name, from which the app's name is made when none is set.</param>
/// <param name="Directory">The project's directory; relative paths in options start here.</param>
/// <param name="ListensOnHttp">It uses the web SDK or references the ASP.NET Core framework; otherwise it is a worker.</param>
public sealed record ProjectFacts(string Name, string Directory, bool ListensOnHttp);

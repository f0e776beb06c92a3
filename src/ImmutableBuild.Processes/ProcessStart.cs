using System.Collections.Immutable;

namespace ImmutableBuild.Processes;

/// <summary>What to start, and all it gets: nothing of the starter's environment, files, terminal or signals is inherited.</summary>
public sealed record ProcessStart
{
    /// <summary>The absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments, without the program's name.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Its whole environment.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>The directory it starts in; must exist.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The file its standard output and error are appended to, made with mode 0600; null discards them.</summary>
    public string? OutputFile { get; init; }

    /// <summary>
    /// The one descriptor of the starter that it gets, as <see cref="InheritedDescriptor"/>: a listening socket that is to outlive
    /// it. Unix only; null for none.
    /// </summary>
    public int? Descriptor { get; init; }

    /// <summary>The number under which <see cref="Descriptor"/> arrives: the first after the standard streams.</summary>
    public const int InheritedDescriptor = 3;
}

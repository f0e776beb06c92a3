using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB1: configuration and source.</summary>
public static class ConfigurationErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB5: registry.</summary>
public static class RegistryErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

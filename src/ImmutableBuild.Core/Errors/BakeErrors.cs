using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB2: bake.</summary>
public static class BakeErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB7: gate and route.</summary>
public static class GateErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

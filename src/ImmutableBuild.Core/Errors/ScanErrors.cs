using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB3: scan.</summary>
public static class ScanErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

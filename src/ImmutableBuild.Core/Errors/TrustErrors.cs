using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB4: trust.</summary>
public static class TrustErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB8: destroy, rollback, drift.</summary>
public static class DestroyErrors
{
    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [];
}

using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB9: a fault of the tool itself.</summary>
public static class InternalErrors
{
    private static readonly ErrorDescriptor UnexpectedDescriptor = new(
        "IMB9001", "An unexpected fault of ImmutableBuild",
        "Something happened that the code did not foresee.",
        "Please report it with the stack trace that a diagnostic build log shows. What serves is untouched; run the release again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [UnexpectedDescriptor];

    /// <summary>Anything that is not an <see cref="ImmutableBuildException"/>.</summary>
    public static ImmutableBuildException Unexpected(Exception fault) =>
        new(new Diagnostic(UnexpectedDescriptor, $"{fault.GetType().Name}: {fault.Message}"), fault);
}

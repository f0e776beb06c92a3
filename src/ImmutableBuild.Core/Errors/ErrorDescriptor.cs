namespace ImmutableBuild.Errors;

/// <summary>One row of the error catalogue: a code that is never re-used, what causes it, and how to mend it.</summary>
/// <param name="Code">The code as users see it, <c>IMBnnnn</c>; its thousands digit names the room (design, "Error code ranges").</param>
/// <param name="Title">A few words that name the situation.</param>
/// <param name="Cause">Why it happens, in one or two sentences.</param>
/// <param name="Cure">What to do next.</param>
public sealed record ErrorDescriptor(string Code, string Title, string Cause, string Cure)
{
    /// <summary>Where the code is explained: a place in <see cref="ErrorCatalogue.Page"/>.</summary>
    public string Anchor => Code.ToLowerInvariant();
}

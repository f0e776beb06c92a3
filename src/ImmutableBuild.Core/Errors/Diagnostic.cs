namespace ImmutableBuild.Errors;

/// <summary>How much a <see cref="Diagnostic"/> matters: an error ends the stage, a warning does not.</summary>
public enum Severity
{
    /// <summary>The stage goes on.</summary>
    Warning,

    /// <summary>The stage ends; nothing after it runs.</summary>
    Error,
}

/// <summary>A place in a file that is at fault. Line and column are 1-based; 0 where unknown.</summary>
public sealed record SourceLocation(string File, int Line = 0, int Column = 0);

/// <summary>One thing to tell the user: which code, what was expected and found, and where.</summary>
/// <param name="Descriptor">The catalogue row.</param>
/// <param name="Message">What was expected, what was found, what to do next. Never holds a secret.</param>
/// <param name="Severity">Whether it ends the stage.</param>
/// <param name="Location">The file at fault, where there is one.</param>
public sealed record Diagnostic(ErrorDescriptor Descriptor, string Message, Severity Severity = Severity.Error, SourceLocation? Location = null)
{
    /// <summary>The catalogue code, <c>IMBnnnn</c>.</summary>
    public string Code => Descriptor.Code;

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}

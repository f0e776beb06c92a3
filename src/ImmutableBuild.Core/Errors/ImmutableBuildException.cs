using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>The one exception a user is meant to see: it carries diagnostics, and its stack is of no interest to them.</summary>
public sealed class ImmutableBuildException : Exception
{
    /// <summary>Creates the exception for one diagnostic.</summary>
    public ImmutableBuildException(Diagnostic diagnostic, Exception? inner = null)
        : this([diagnostic], inner)
    {
    }

    /// <summary>Creates the exception for several diagnostics found together, such as all configuration mistakes.</summary>
    public ImmutableBuildException(ImmutableArray<Diagnostic> diagnostics, Exception? inner = null)
        : base(string.Join(Environment.NewLine, diagnostics), inner) => Diagnostics = diagnostics;

    /// <summary>What to tell the user, in order.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>The code of the first diagnostic.</summary>
    public string Code => Diagnostics[0].Code;

    /// <summary>True when the same call may succeed later: the reply was lost, the other side was busy or away.</summary>
    public bool IsTransient { get; init; }
}

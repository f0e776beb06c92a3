using ImmutableBuild.Errors;

namespace ImmutableBuild.GitHub.Api;

/// <summary>Why a call came to nothing.</summary>
internal enum ApiFault
{
    /// <summary>401.</summary>
    TokenRefused,

    /// <summary>403 that is no limit.</summary>
    NotPermitted,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>422 and other words of refusal.</summary>
    Refused,

    /// <summary>A limit whose end is too far away.</summary>
    Limited,

    /// <summary>No answer, a failure of the server's, or no time left. Whether the call was done, nobody knows.</summary>
    Unreachable,

    /// <summary>An answer that is none.</summary>
    Garbled,
}

/// <summary>A call came to nothing.</summary>
internal sealed class ApiException(ApiFault fault, Diagnostic diagnostic, Exception? inner = null) : Exception(diagnostic.Message, inner)
{
    /// <summary>Why.</summary>
    public ApiFault Fault => fault;

    /// <summary>What to tell the user.</summary>
    public Diagnostic Diagnostic => diagnostic;
}

namespace ImmutableBuild.Tool;

/// <summary>What the tool ends with.</summary>
internal static class ExitCodes
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>It was refused or failed; the error says why.</summary>
    public const int Refused = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>It was interrupted.</summary>
    public const int Interrupted = 130;
}

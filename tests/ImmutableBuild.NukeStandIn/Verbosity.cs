namespace Nuke.Common;

/// <summary>How much is told.</summary>
public enum Verbosity
{
    Verbose,
    Normal,
    Minimal,
    Quiet,
}

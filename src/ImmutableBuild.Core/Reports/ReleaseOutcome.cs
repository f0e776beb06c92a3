namespace ImmutableBuild.Reports;

/// <summary>How a release ended, as its report says it.</summary>
public enum ReleaseOutcome
{
    /// <summary>A new generation serves.</summary>
    Live,

    /// <summary>What was asked for served already; nothing was changed.</summary>
    Unchanged,

    /// <summary>Only the first stages were asked for, and they ended well.</summary>
    Partial,

    /// <summary>A stage refused; what served before still serves.</summary>
    Failed,
}

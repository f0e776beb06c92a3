namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>What goes wrong with one call to the simulated target.</summary>
public enum Fault
{
    None,

    /// <summary>The call never arrives.</summary>
    NotDone,

    /// <summary>The call is done and its reply is lost.</summary>
    ReplyLost,

    /// <summary>As the one before; and a creation stops half way.</summary>
    HalfDone,

    /// <summary>The build dies before the call arrives.</summary>
    DiesBefore,

    /// <summary>The build dies once the call is done.</summary>
    DiesAfter,

    /// <summary>The call takes as long as leases last, and is done at the end of it.</summary>
    Slow,
}

/// <summary>The build is gone; nothing of it runs any more.</summary>
public sealed class BuildDiedException() : Exception("The build was killed.");

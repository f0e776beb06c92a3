namespace ImmutableBuild.Generations.Judging;

/// <summary>What a gate or judge says.</summary>
public enum Verdict
{
    /// <summary>Good enough to go on.</summary>
    Pass,

    /// <summary>Bad: route back.</summary>
    Fail,

    /// <summary>Can't tell: data is missing, stale, implausible or too little. Never a pass.</summary>
    Inconclusive,
}

/// <summary>The judge's word on a generation that has some of the traffic.</summary>
/// <param name="Verdict">The word.</param>
/// <param name="Numbers">Everything it rests on, in one line.</param>
public sealed record TrafficVerdict(Verdict Verdict, string Numbers);

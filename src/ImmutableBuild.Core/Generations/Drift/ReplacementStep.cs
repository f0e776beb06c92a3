namespace ImmutableBuild.Generations.Drift;

/// <summary>The steps of replacing one instance by a fresh one.</summary>
public enum ReplacementStep
{
    /// <summary>Start a fresh instance beside it, without requests. Done again, it finds the one there is.</summary>
    Begin,

    /// <summary>Let the fresh one take the place, looked at once more at that moment (F13); the other drains and goes.</summary>
    Finish,

    /// <summary>Remove the fresh one; the other stays as it is.</summary>
    GiveUp,
}

using System.Collections.Immutable;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Drift;

/// <summary>One instance that was replaced.</summary>
/// <param name="Generation">Its generation.</param>
/// <param name="Drifted">The one that is gone.</param>
/// <param name="Fresh">The one in its place.</param>
/// <param name="Kinds">In what it had drifted.</param>
public sealed record HealedInstance(GenerationId Generation, string Drifted, string Fresh, ImmutableArray<DriftKind> Kinds);

/// <summary>What a heal did.</summary>
/// <param name="App">The app.</param>
/// <param name="Healed">What was replaced; none when nothing had drifted that a heal can mend.</param>
/// <param name="Remaining">What still differs: what is foreign, and the gateway, are left alone.</param>
public sealed record HealResult(AppKey App, ImmutableArray<HealedInstance> Healed, DriftReport Remaining);

using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>One change of the target, with what it looked like before and after.</summary>
public sealed record Change(string What, Observation Before, Observation After, Lease Lease, bool LooksItself, ActingRun? Run);

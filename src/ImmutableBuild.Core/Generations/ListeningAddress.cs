namespace ImmutableBuild.Generations;

/// <summary>Where an app listens for its users on the machine that runs it.</summary>
/// <param name="Address">An IP address; that of every network is <c>0.0.0.0</c> or <c>::</c>.</param>
/// <param name="Port">The TCP port.</param>
public sealed record ListeningAddress(string Address, int Port);

using System.Text.Json.Serialization;

namespace ImmutableBuild.Generations;

/// <summary>The right to change an app in an environment. Kept in the target; every changing call carries it.</summary>
/// <param name="Holder">Who holds it, for people: <c>user@host, process 4711, release 3f2a…</c>. Equal holders renew.</param>
/// <param name="FencingToken">Grows with every new holder; the target refuses any call with an older one (F05).</param>
/// <param name="ExpiresAt">When it ends by the target's clock, unless renewed.</param>
public sealed record Lease(string Holder, long FencingToken, DateTimeOffset ExpiresAt);

/// <summary>The lease as the target shows it to everyone.</summary>
public sealed record LeaseState(string Holder, long FencingToken, DateTimeOffset ExpiresAt);

/// <summary>Asks for the lease, or renews it.</summary>
/// <param name="Holder">Who asks.</param>
/// <param name="Duration">How long it lasts without renewal; measured by the target's clock alone.</param>
public sealed record LeaseRequest(string Holder, TimeSpan Duration)
{
    /// <summary>
    /// Whether the generation it is taken for listens on a port: a target that has to start something for the app before it can
    /// give a lease starts it so. Null when no generation is going to be created.
    /// </summary>
    [JsonIgnore]
    public bool? Listens { get; init; }
}

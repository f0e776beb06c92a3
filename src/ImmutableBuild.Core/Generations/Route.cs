using System.Collections.Immutable;

namespace ImmutableBuild.Generations;

/// <summary>One generation's share of an app's traffic, in percent, 1 to 100.</summary>
public sealed record RouteShare(GenerationId Generation, int Percent);

/// <summary>Which generations of an app get which share of its traffic. Shares add up to 100, or there are none.</summary>
public sealed record Route
{
    /// <summary>Creates a route; throws <see cref="ArgumentException"/> when shares don't add up to 100 or name a generation twice.</summary>
    public Route(ImmutableArray<RouteShare> shares)
    {
        if (!shares.IsEmpty && (shares.Sum(share => share.Percent) != 100 || shares.Any(share => share.Percent < 1)))
        {
            throw new ArgumentException("The shares of a route are at least 1 and add up to 100.", nameof(shares));
        }

        if (shares.DistinctBy(share => share.Generation).Count() != shares.Length)
        {
            throw new ArgumentException("A route names a generation once.", nameof(shares));
        }

        Shares = shares;
    }

    /// <summary>No traffic for anyone: the app was never released, or was stopped.</summary>
    public static Route None { get; } = new([]);

    /// <summary>The shares, in the order given.</summary>
    public ImmutableArray<RouteShare> Shares { get; }

    /// <summary>All traffic to <paramref name="generation"/>.</summary>
    public static Route To(GenerationId generation) => new([new RouteShare(generation, 100)]);

    /// <summary><paramref name="percent"/> (1 to 99) of the traffic to <paramref name="canary"/>, the rest to <paramref name="stable"/>.</summary>
    public static Route Split(GenerationId stable, GenerationId canary, int percent) =>
        new([new RouteShare(stable, 100 - percent), new RouteShare(canary, percent)]);

    /// <summary>The share of <paramref name="generation"/>, 0 when the route doesn't name it.</summary>
    public int PercentOf(GenerationId generation) => Shares.FirstOrDefault(share => share.Generation == generation)?.Percent ?? 0;

    /// <summary>Whether the route names <paramref name="generation"/>.</summary>
    public bool Names(GenerationId generation) => PercentOf(generation) > 0;

    /// <inheritdoc/>
    public bool Equals(Route? other) => other is not null && Shares.SequenceEqual(other.Shares);

    /// <inheritdoc/>
    public override int GetHashCode() => Shares.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => Shares.IsEmpty ? "none" : string.Join(", ", Shares.Select(share => $"{share.Generation} {share.Percent}%"));
}

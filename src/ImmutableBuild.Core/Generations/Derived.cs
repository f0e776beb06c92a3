namespace ImmutableBuild.Generations;

/// <summary>
/// A value that a record derives from its other members, kept after the first time. It takes no part in the record's
/// equality, and a copy made by <c>with</c> derives its own.
/// </summary>
internal struct Derived<TOwner, TValue> : IEquatable<Derived<TOwner, TValue>>
    where TOwner : class
{
    private Kept? _kept;

    /// <summary>The value of <paramref name="owner"/>.</summary>
    public TValue Of(TOwner owner, Func<TOwner, TValue> derive)
    {
        var kept = _kept;
        if (kept is null || !ReferenceEquals(kept.Owner, owner))
        {
            _kept = kept = new Kept(owner, derive(owner));
        }

        return kept.Value;
    }

    public readonly bool Equals(Derived<TOwner, TValue> other) => true;

    public override readonly bool Equals(object? obj) => obj is Derived<TOwner, TValue>;

    public override readonly int GetHashCode() => 0;

    private sealed record Kept(TOwner Owner, TValue Value);
}

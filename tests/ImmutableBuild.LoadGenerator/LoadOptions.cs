namespace ImmutableBuild.LoadGenerator;

/// <summary>What a load does beside its rate.</summary>
public sealed record LoadOptions
{
    /// <summary>For a load that waits for what itself takes long on a busy machine, such as a whole build or a heal: a request that is only late then is not lost.</summary>
    public static LoadOptions Patient { get; } = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>A request without a whole answer after this time has failed; measured from when it was due.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections held at most. A request that is due while all are busy waits, and its waiting counts as latency.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>A connection that was idle for this long is not used again, as with HttpClient: servers close such ones, and a request may cross with that.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Looks at an answer of 200 to 299: null when it is right, else the reason why it counts as failed.</summary>
    public Func<LoadResponse, string?>? Check { get; init; }
}

/// <summary>One whole answer.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The header fields, names without regard to case; the last one of a name.</param>
/// <param name="Body">The body, decoded from chunks.</param>
public sealed record LoadResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

namespace ImmutableBuild.Generations;

/// <summary>The name under which a lease is held and the ledger is written.</summary>
public static class LeaseHolder
{
    /// <summary>
    /// <c>user@host, process 4711, release 3f2a…</c>: tells people whom to ask, and is the same for all stages of one release in one
    /// process.
    /// </summary>
    /// <param name="work">What is being done: <c>release 3f2a…</c>.</param>
    public static string For(string work) => $"{Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId}, {work}";

    /// <summary>
    /// The same for work that bears no number of its own, and never the same twice: equal holders share a lease, and in containers of one image user, host and
    /// number of the process may well be equal.
    /// </summary>
    /// <param name="work">What is being done: <c>stop</c>, <c>rollback at entry 7</c>.</param>
    public static string ForOnce(string work) => For($"{work} {Guid.NewGuid().ToString("N")[..8]}");
}

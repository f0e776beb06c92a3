namespace ImmutableBuild.Generations;

/// <summary>The name under which a lease is held and the ledger is written.</summary>
public static class LeaseHolder
{
    /// <summary>
    /// <c>user@host, process 4711, release 3f2a…</c>: tells people whom to ask, and makes the stages of one release in one
    /// process the same holder.
    /// </summary>
    /// <param name="work">What is being done: <c>release 3f2a…</c>, <c>rollback</c>.</param>
    public static string For(string work) => $"{Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId}, {work}";
}

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>One thing that happens in a history.</summary>
public abstract record Episode;

/// <summary>A commit is released, and calls go wrong as listed.</summary>
public sealed record Releasing(int Commit, Fault[] Faults) : Episode
{
    public override string ToString() => $"release {Commit} [{string.Join(' ', Faults)}]";
}

/// <summary>A commit is released by a build that dies once its first call of a kind is done, and then released again.</summary>
public sealed record Again(int Commit, string DiesAfter, Fault[] Faults) : Episode
{
    public override string ToString() => $"release {Commit} dies after '{DiesAfter}' and is released again [{string.Join(' ', Faults)}]";
}

/// <summary>Two builds run at once; each bit of the schedule says whose turn it is. After the last bit, both run to their ends in turn.</summary>
public sealed record Race(Releasing First, Releasing Second, bool[] Schedule) : Episode
{
    public override string ToString() => $"race ({First}) and ({Second}) {string.Concat(Schedule.Select(bit => bit ? '1' : '0'))}";
}

/// <summary>A build runs some steps, sleeps for two minutes while another one runs, then wakes up.</summary>
public sealed record Sleeper(Releasing Sleeping, int Steps, Releasing Meanwhile) : Episode
{
    public override string ToString() => $"({Sleeping}) sleeps after {Steps} steps during ({Meanwhile})";
}

/// <summary>Someone rolls back, and calls go wrong as listed.</summary>
public sealed record GoesBack(Fault[] Faults) : Episode
{
    public override string ToString() => $"rollback [{string.Join(' ', Faults)}]";
}

/// <summary>A check of the user's fails on a commit's generation, wherever its release stands, and then the ledger is told of what serves instead; calls go wrong as listed.</summary>
public sealed record CheckFails(int Commit, Fault[] Faults) : Episode
{
    public override string ToString() => $"a check of {Commit} fails [{string.Join(' ', Faults)}]";
}

/// <summary>The target restarts: what it counted is gone, what it committed is not.</summary>
public sealed record Restarts : Episode
{
    public override string ToString() => "the target restarts";
}

/// <summary>The public entry answers nothing that can be told for a while.</summary>
public sealed record EntrySticks(int Seconds) : Episode
{
    public override string ToString() => $"the entry sticks for {Seconds} s";
}

/// <summary>The process of an instance of what serves ends.</summary>
public sealed record Crash : Episode
{
    public override string ToString() => "crash";
}

/// <summary>An instance of what serves answers no more while its process runs on, and some time passes.</summary>
public sealed record Hangs(int Seconds) : Episode
{
    public override string ToString() => $"what serves hangs, and {Seconds} s pass";
}

/// <summary>The process of an instance of what serves ends, and a release begins before it is started again.</summary>
public sealed record Outage(Releasing Meanwhile) : Episode
{
    public override string ToString() => $"crash, and at once ({Meanwhile})";
}

/// <summary>Time passes.</summary>
public sealed record Passes(int Seconds) : Episode
{
    public override string ToString() => $"{Seconds} s pass";
}

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>How the processes of a gateway end (sysexits.h where it has a word).</summary>
internal static class ExitCodes
{
    /// <summary>It was stopped; the keeper ends, too.</summary>
    public const int Stopped = 0;

    /// <summary>EX_USAGE: the command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>EX_SOFTWARE: a fault; the keeper starts the gateway again.</summary>
    public const int Fault = 70;

    /// <summary>Another gateway has its place, and all it worked on has ended.</summary>
    public const int Succeeded = 71;

    /// <summary>EX_TEMPFAIL: another keeper has the state directory.</summary>
    public const int AlreadyKept = 75;

    /// <summary>EX_CONFIG: starting again would end the same way: the port is taken, the state can't be read.</summary>
    public const int CannotServe = 78;
}

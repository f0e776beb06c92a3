namespace ImmutableBuild.Gateway;

/// <summary>Names of the files in a gateway's state directory that others than the gateway may look at while it isn't running.</summary>
public static class GatewayFiles
{
    /// <summary>Lease, route and generations. It exists from the first lease until the app was stopped.</summary>
    public const string State = "state.json";

    /// <summary>The state before the newest one.</summary>
    public const string PreviousState = "state.previous.json";

    /// <summary>The history: one <see cref="Generations.LedgerEntry"/> as JSON a line, oldest first; a last line without an end was never acknowledged.</summary>
    public const string Ledger = "ledger.jsonl";

    /// <summary>The public port that was chosen; an app that listens on nothing has no such file.</summary>
    public const string PublicPort = "public-port";

    /// <summary>The address that the public port is on. Without this file it is loopback, as with every gateway of before other addresses could be chosen.</summary>
    public const string PublicAddress = "public-address";

    /// <summary>The directory of the program that serves in place of the keeper's own; there is no such file before a first upgrade.</summary>
    public const string Program = "program";

    /// <summary>Programs that upgrades brought, each in a directory, where the gateway has no other place for them.</summary>
    public const string Programs = "programs";

    /// <summary>The public port of an app that was stopped, which its next gateway takes again when it is free and no other is asked for.</summary>
    public const string FormerPublicPort = "former-public-port";
}

using System.Collections.Immutable;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>
/// What keeper and gateway tell each other at their start, after the options: who the other one is, and whether the listening
/// socket is handed over as <see cref="ProcessStart.InheritedDescriptor"/>.
/// </summary>
/// <param name="Other">For a gateway, its keeper; for a keeper, the gateway that runs already; null when there is none.</param>
/// <param name="InheritsListener">The socket comes with it.</param>
internal sealed record Handover(ProcessIdentity? Other, bool InheritsListener)
{
    private const string SucceedsOption = "--succeeds";

    private const string OtherOption = "--beside";
    private const string ListenerOption = "--inherits-listener";

    /// <summary>Nobody else runs.</summary>
    public static Handover None { get; } = new(null, false);

    /// <summary>The gateway that serves, whose place this one is to take (F11).</summary>
    public ProcessIdentity? Predecessor { get; init; }

    /// <summary>The arguments after those of the options.</summary>
    public ImmutableArray<string> ToArguments() =>
    [
        .. Predecessor is { } predecessor ? [SucceedsOption, predecessor.ToString()] : Array.Empty<string>(),
        .. Other is { } other ? [OtherOption, other.ToString()] : Array.Empty<string>(),
        .. InheritsListener ? [ListenerOption] : Array.Empty<string>(),
    ];

    /// <summary>Takes the handover off the end of <paramref name="arguments"/>. Throws <see cref="FormatException"/> when it names no process.</summary>
    public static (Handover Handover, string[] Options) Read(string[] arguments)
    {
        var handover = None;
        if (arguments is [.. var others, ListenerOption])
        {
            (arguments, handover) = (others, handover with { InheritsListener = true });
        }

        (var other, arguments) = ReadProcess(arguments, OtherOption);
        (var predecessor, arguments) = ReadProcess(arguments, SucceedsOption);
        return (handover with { Other = other, Predecessor = predecessor }, arguments);
    }

    private static (ProcessIdentity? Process, string[] Others) ReadProcess(string[] arguments, string option)
    {
        if (arguments is not [.. var rest, var name, var text] || name != option)
        {
            return (null, arguments);
        }

        return ProcessIdentity.TryParse(text, out var process)
            ? (process, rest)
            : throw new FormatException($"{option} {text} names no process; expected its number and start, as in 4711@start.");
    }
}

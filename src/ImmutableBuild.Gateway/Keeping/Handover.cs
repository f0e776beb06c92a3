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
    private const string OtherOption = "--beside";
    private const string ListenerOption = "--inherits-listener";

    /// <summary>Nobody else runs.</summary>
    public static Handover None { get; } = new(null, false);

    /// <summary>The arguments after those of the options.</summary>
    public ImmutableArray<string> ToArguments() =>
    [
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

        if (arguments is not [.. var options, OtherOption, var text])
        {
            return (handover, arguments);
        }

        return ProcessIdentity.TryParse(text, out var other)
            ? (handover with { Other = other }, options)
            : throw new FormatException($"{OtherOption} {text} names no process; expected its number and start, as in 4711@start.");
    }
}

using System.Collections.Immutable;

namespace ImmutableBuild.Images;

/// <summary>What an image starts: entry point and default arguments, composed of the same parts and by the same rules as the .NET SDK does.</summary>
internal static class ImageCommand
{
    /// <summary>Composes them.</summary>
    /// <param name="options">The user's parts.</param>
    /// <param name="app">What starts the app where the user doesn't say.</param>
    public static (ImmutableArray<string> Entrypoint, ImmutableArray<string> Cmd) Compose(BakeOptions options, IEnumerable<string> app)
    {
        ImmutableArray<string> command = [.. options.AppCommand.IsEmpty ? app : options.AppCommand, .. options.Arguments];
        if (StartsWithArgumentsOnly(options))
        {
            return (command, options.EntrypointArguments);
        }

        return InstructionOf(options) switch
        {
            AppCommandInstruction.Entrypoint => (command, options.DefaultArguments),
            AppCommandInstruction.DefaultArgs => ([.. options.Entrypoint, .. options.EntrypointArguments], [.. command, .. options.DefaultArguments]),
            _ => ([.. options.Entrypoint, .. options.EntrypointArguments], options.DefaultArguments),
        };
    }

    /// <summary>What contradicts itself, as the item's or property's name and the reason; null when nothing does.</summary>
    /// <param name="options">The user's parts.</param>
    /// <param name="hasInstanceArguments">The instances get arguments, which take the place of an image's default ones.</param>
    public static (string Name, string Why)? FindConflict(BakeOptions options, bool hasInstanceArguments)
    {
        var instruction = InstructionOf(options);
        return StartsWithArgumentsOnly(options) ? null
            : options.Entrypoint.IsEmpty && !options.EntrypointArguments.IsEmpty
                ? ("ContainerEntrypointArgs", "it needs a ContainerEntrypoint; arguments of the app are ContainerAppCommandArgs")
            : instruction == AppCommandInstruction.Entrypoint && !options.Entrypoint.IsEmpty
                ? ("ContainerAppCommandInstruction", "'Entrypoint' makes the app's command the entry point, and a ContainerEntrypoint is set as well; use 'DefaultArgs', or remove the ContainerEntrypoint")
            : instruction == AppCommandInstruction.None && !(options.AppCommand.IsEmpty && options.Arguments.IsEmpty)
                ? ("ContainerAppCommandInstruction", "'None' leaves ContainerAppCommand and ContainerAppCommandArgs without effect; remove them, or use 'DefaultArgs'")
            : instruction == AppCommandInstruction.None && options.Entrypoint.IsEmpty
                ? ("ContainerAppCommandInstruction", "'None' leaves nothing that starts the app; set ContainerEntrypoint items to what does")
            : instruction == AppCommandInstruction.DefaultArgs && options.Entrypoint.IsEmpty
                ? ("ContainerAppCommandInstruction", "'DefaultArgs' hands the app's command to an entry point, and there is none; set ContainerEntrypoint items")
            : instruction == AppCommandInstruction.DefaultArgs && hasInstanceArguments
                ? ("ImmutableArgument", "arguments of instances take the place of the image's default ones, and these hold the app's command here; use ContainerDefaultArgs, or 'Entrypoint' as the ContainerAppCommandInstruction")
            : null;
    }

    // Before the app's command was a part of its own, arguments of the entry point were the only way to give it some.
    private static bool StartsWithArgumentsOnly(BakeOptions options) =>
        options.Instruction is null && options.Entrypoint.IsEmpty && !options.EntrypointArguments.IsEmpty && options.DefaultArguments.IsEmpty && options.Arguments.IsEmpty;

    private static AppCommandInstruction InstructionOf(BakeOptions options) =>
        options.Instruction ?? (options.Entrypoint.IsEmpty && options.EntrypointArguments.IsEmpty ? AppCommandInstruction.Entrypoint : AppCommandInstruction.DefaultArgs);
}

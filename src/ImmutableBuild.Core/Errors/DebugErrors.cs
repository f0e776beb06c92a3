using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB8020-8022: copies to look at.</summary>
public static class DebugErrors
{
    private static readonly ErrorDescriptor NothingLiveDescriptor = new(
        "IMB8020", "There is nothing to look at",
        "Debug starts a copy of the generation that is live, and none is.",
        "Release the app first; `immutable logs` and the release's report have the last words of what failed.");

    private static readonly ErrorDescriptor NoShellDescriptor = new(
        "IMB8021", "There is no shell to look with",
        "The app's image has no /bin/sh, and no image with one was named.",
        "Set ImmutableDebugImage to an image with a shell; it runs beside the copy and sees its processes, files and network.");

    private static readonly ErrorDescriptor NoCopiesDescriptor = new(
        "IMB8022", "The target has no copies to look at",
        "Only the target `docker` can start a copy of what is live. On `local` instances are processes of your own user.",
        "Look at the processes themselves; `immutable status` and `immutable logs` help to find them.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [NothingLiveDescriptor, NoShellDescriptor, NoCopiesDescriptor];

    /// <summary>The app has no live generation to copy.</summary>
    public static ImmutableBuildException NothingLive(AppKey app) => new(new Diagnostic(NothingLiveDescriptor, $"{app} has nothing live to make a copy of. Release it first."));

    /// <summary>The image has no shell, and no image of tools was named.</summary>
    public static ImmutableBuildException NoShell(GenerationId generation) => new(new Diagnostic(
        NoShellDescriptor, $"The image of generation {generation} has no /bin/sh. Set ImmutableDebugImage to an image that has one, such as busybox:1.37."));

    /// <summary>The target can't start copies to look at.</summary>
    public static ImmutableBuildException NoCopies(AppKey app) => new(new Diagnostic(
        NoCopiesDescriptor, $"Expected the target 'docker' for a copy of {app}; its target starts none. Instances of 'local' are processes of your own user: look at them directly."));
}

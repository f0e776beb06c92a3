using System.Collections.Immutable;

namespace ImmutableBuild.Releases.Options;

/// <summary>A property of the .NET SDK's containers that a release has no place for. It is refused, because to ignore it would be a surprise.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Why">What stands against it, and what to do, in a sentence or two.</param>
public sealed record RefusedOption(string Name, string Why)
{
    /// <summary>The one value that asks for nothing else than what is done anyway.</summary>
    public string? Harmless { get; init; }

    /// <summary>A property that leaves this one without effect when it is set, in the .NET SDK as well.</summary>
    public string? UnlessSet { get; init; }

    /// <summary>Refused only where a Dockerfile makes the image (<c>ImmutableBake</c>).</summary>
    public bool OnlyWithDockerfile { get; init; }

    /// <summary>All of them.</summary>
    public static ImmutableArray<RefusedOption> All { get; } =
    [
        new("ContainerFamily", "It chooses among Microsoft's base images, and on the target 'local' none is taken that isn't named. Set ContainerBaseImage to the image you mean, with a fixed tag or a digest.") { UnlessSet = "ContainerBaseImage" },
        new("ContainerRuntimeIdentifier", "An engine builds a Dockerfile for its own platform alone. Remove it.") { OnlyWithDockerfile = true },
        new("ContainerRuntimeIdentifiers", "An engine builds a Dockerfile for its own platform alone. Remove it.") { OnlyWithDockerfile = true },
        new("ContainerImageFormat", "Images are OCI images. Remove it.") { Harmless = "OCI" },
        new("ContainerArchiveOutputPath", "It writes an archive in place of the image, and a release needs the image. Set ImmutableArchive to a file that gets the image as well, and run -t:Bake where that is all you want."),
        new("LocalRegistry", "A release goes to ContainerRegistry, or without one to the embedded store, not to a container engine. Remove it."),
        new("ContainerImageName", "It is the former name of ContainerRepository. Set that one."),
        new("ContainerGenerateLabels", "The labels with revision, source, version and base image are part of every released image. Remove it.") { Harmless = "true" },
    ];

    /// <summary>Whether what the user set has to be refused.</summary>
    public bool IsRefused(Func<string, string?> valueOf) =>
        valueOf(Name) is { } value
        && !string.Equals(value.Trim(), Harmless, StringComparison.OrdinalIgnoreCase)
        && (UnlessSet is null || valueOf(UnlessSet) is null);
}

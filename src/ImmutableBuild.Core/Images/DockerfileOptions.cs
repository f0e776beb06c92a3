using System.Collections.Immutable;

namespace ImmutableBuild.Images;

/// <summary>How an image is made from a Dockerfile instead of a publish output.</summary>
public sealed record DockerfileOptions
{
    /// <summary><c>ImmutableDockerfile</c>, absolute.</summary>
    public required string File { get; init; }

    /// <summary><c>ImmutableDockerContext</c>: the directory whose files the Dockerfile may copy, absolute.</summary>
    public required string Context { get; init; }

    /// <summary><c>ImmutableDockerTarget</c>: the stage that becomes the image; null for the last one.</summary>
    public string? Target { get; init; }

    /// <summary><c>ImmutableBuildArgument</c>. They can be read in the image's history, so none is a secret.</summary>
    public ImmutableSortedDictionary<string, string> Arguments { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

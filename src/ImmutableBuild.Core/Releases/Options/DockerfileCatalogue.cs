using System.Collections.Immutable;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says what the image is made from: what was published, or a Dockerfile.</summary>
public static class DockerfileCatalogue
{
    /// <summary>What makes the image.</summary>
    public static PropertyOption<string> Bake { get; } = new("ImmutableBake", Word("publish", "dockerfile"), "publish", "What the image is made from: the project's publish output, or a Dockerfile that a Docker engine builds, for an app of any language. Then nothing is published, the Dockerfile decides base, user, variables and command, and options that would decide them are refused.");

    /// <summary>The Dockerfile.</summary>
    public static PropertyOption<string> File { get; } = new("ImmutableDockerfile", FilePath, null, "With `ImmutableBake=dockerfile`: the Dockerfile. Default: `Dockerfile` beside the project. A `<Dockerfile>.dockerignore` beside it is read in place of the context's `.dockerignore`.");

    /// <summary>The build context.</summary>
    public static PropertyOption<string> Context { get; } = new("ImmutableDockerContext", FilePath, null, "With `ImmutableBake=dockerfile`: the directory whose files the Dockerfile may copy, less what `.dockerignore` names. Default: the project's directory.");

    /// <summary>The stage that becomes the image.</summary>
    public static PropertyOption<string> Target { get; } = new("ImmutableDockerTarget", Text, null, "With `ImmutableBake=dockerfile`: the stage (`FROM … AS name`) that becomes the image. Default: the last one.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [Bake, File, Context, Target];

    /// <summary>Arguments of the Dockerfile.</summary>
    public static ItemOption Argument { get; } = new("ImmutableBuildArgument", "the argument's name", "Value", "With `ImmutableBake=dockerfile`: what the Dockerfile's `ARG` of that name is. Never a secret: MSBuild logs it, and whoever has the image reads it in the image's history.");
}

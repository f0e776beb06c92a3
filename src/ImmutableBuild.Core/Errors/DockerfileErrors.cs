using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB2040-2059: images that a Dockerfile makes.</summary>
public static class DockerfileErrors
{
    private static readonly ErrorDescriptor DockerfileMissingDescriptor = new(
        "IMB2040", "There is no Dockerfile",
        "ImmutableBake is 'dockerfile', and the Dockerfile or the directory of its context is not there, or can't be read.",
        "Put a file 'Dockerfile' beside the project, or set ImmutableDockerfile and ImmutableDockerContext.");

    private static readonly ErrorDescriptor ContextUnusableDescriptor = new(
        "IMB2041", "The build context can't be sent",
        "A file of the context can't be read, changed while it was sent, or the context is larger than is sent.",
        "See the message for the file. What the image doesn't need belongs into .dockerignore.");

    private static readonly ErrorDescriptor IgnorePatternInvalidDescriptor = new(
        "IMB2042", "A pattern of .dockerignore is not valid",
        "A line of .dockerignore is no pattern by docker's rules: a '[' that isn't closed, a '\\' at the end, or a '!' alone.",
        "Correct the line the message names.");

    private static readonly ErrorDescriptor BuildFailedDescriptor = new(
        "IMB2043", "The Dockerfile's build failed",
        "The engine could not make the image: a step of the Dockerfile failed, or the Dockerfile can't be understood.",
        "The message has the step, the engine's words and what the step said last; `dotnet build -t:Bake -v:n` shows all of it.");

    private static readonly ErrorDescriptor ExportRefusedDescriptor = new(
        "IMB2044", "The engine's export of an image is refused",
        "The archive that the engine made of the image isn't of the form docker save has, or its content is not what its digests say.",
        "Bake again. If it happens again, the engine's storage is damaged, or something between here and the engine is.");

    private static readonly ErrorDescriptor NotWithDockerfileDescriptor = new(
        "IMB2045", "That can't be asked of a Dockerfile",
        "The image is made by a Dockerfile, which decides itself what it is made upon; and each engine writes its own times and ids into what it builds, so that two builds differ.",
        "Pin what FROM names by digest (image:tag@sha256:…) and commit that. What a release deploys is one digest all the same.");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        DockerfileMissingDescriptor, ContextUnusableDescriptor, IgnorePatternInvalidDescriptor, BuildFailedDescriptor, ExportRefusedDescriptor, NotWithDockerfileDescriptor,
    ];

    /// <summary>The Dockerfile or its context is missing.</summary>
    public static ImmutableBuildException DockerfileMissing(string what, string path, Exception? inner = null) => new(
        new Diagnostic(DockerfileMissingDescriptor, $"Expected {what} at '{path}', found none that can be read. Set ImmutableDockerfile and ImmutableDockerContext to where they are."), inner);

    /// <summary>The context can't be sent.</summary>
    public static ImmutableBuildException ContextUnusable(string path, string found, Exception? inner = null) => new(
        new Diagnostic(ContextUnusableDescriptor, $"The build context can't be sent: {found}. What the image doesn't need belongs into .dockerignore.", Location: new SourceLocation(path)), inner);

    /// <summary>A line of an ignore file is no valid pattern.</summary>
    public static ImmutableBuildException IgnorePatternInvalid(string file, int line, string pattern, string found) => new(
        new Diagnostic(IgnorePatternInvalidDescriptor, $"Expected a pattern by docker's rules, found '{PrintableText.Of(pattern)}': {found}.", Location: new SourceLocation(file, line, 1)));

    /// <summary>The engine did not make the image; <paramref name="step"/> is null where it began with none.</summary>
    public static ImmutableBuildException BuildFailed(string dockerfile, string? step, string engineSays, IEnumerable<string> lines, Exception? inner = null, bool transient = false) => new(
        new Diagnostic(
            BuildFailedDescriptor,
            $"{(step is null ? "The Docker engine won't build it" : $"'{PrintableText.Of(step)}' failed")}: {PrintableText.Of(engineSays)}{string.Concat(lines.Select(line => $"{Environment.NewLine}  {PrintableText.Of(line)}"))}",
            Location: new SourceLocation(dockerfile)),
        inner) { IsTransient = transient };

    /// <summary>What the engine exported is not the image that was asked for, or not of a known form.</summary>
    public static ImmutableBuildException ExportRefused(string image, string found, Exception? inner = null) => new(
        new Diagnostic(ExportRefusedDescriptor, $"The Docker engine's export of {PrintableText.Of(image)} is refused: {PrintableText.Of(found)}. Nothing of it was used."), inner);

    /// <summary>The verb has no meaning where a Dockerfile makes the image.</summary>
    public static ImmutableBuildException NotWithDockerfile(string verb, string why) => new(
        new Diagnostic(NotWithDockerfileDescriptor, $"-t:{verb} can't be asked where ImmutableBake is 'dockerfile': {why}."));
}

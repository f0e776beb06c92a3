using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB15: what a shell that runs stages in its own process, such as NUKE's components, needs of the project.</summary>
public static class ShellErrors
{
    private static readonly ErrorDescriptor NoNukeDescriptor = new(
        "IMB1500", "The build project does not reference NUKE",
        "The components of `ImmutableBuild.Nuke` are compiled with the build project, against the `Nuke.Common` that it references.",
        "Add `<PackageReference Include=\"Nuke.Common\" Version=\"10.1.0\" />`, of this version or later.");

    private static readonly ErrorDescriptor NoProjectDescriptor = new(
        "IMB1501", "It is not said which project is released",
        "The build class names no project, or one that does not exist.",
        "Give `--immutable-project path/to/App.csproj`, put `ImmutableProject` into .nuke/parameters.json, or implement `IHazProject.Project` in the build class.");

    private static readonly ErrorDescriptor BuildFailedDescriptor = new(
        "IMB1502", "The project's own build failed",
        "`dotnet build` of the project ended with an error; its lines stand above.",
        "Mend what it says. A target that does not exist (MSB4057) means that the project has no reference to the package `ImmutableBuild`.");

    private static readonly ErrorDescriptor DescriptionDescriptor = new(
        "IMB1503", "Project and build class don't fit together",
        "The project's package `ImmutableBuild` and the build project's package `ImmutableBuild.Nuke` share one engine, and are of different versions; or what the one wrote for the other can't be read.",
        "Reference the same version of both packages, and run the build again.");

    private static readonly ErrorDescriptor NoSuchOptionDescriptor = new(
        "IMB1504", "There is no such option",
        "An option was set by a name that none has.",
        "docs/properties.md lists every option.");

    private static readonly ErrorDescriptor NotRoutedBackDescriptor = new(
        "IMB1505", "Traffic was not put back",
        "Something failed after traffic had moved to the new generation, and there is nothing to put it back to: nothing served before, or another release has taken over since.",
        "Look at the app (`immutable status`); release what is right.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
        [NoNukeDescriptor, NoProjectDescriptor, BuildFailedDescriptor, DescriptionDescriptor, NoSuchOptionDescriptor, NotRoutedBackDescriptor];

    /// <summary>The build project has no Nuke.Common. Its own build tells this, in the same words.</summary>
    public static ImmutableBuildException NoNuke() => new(new Diagnostic(
        NoNukeDescriptor, "Expected the build project to reference the package Nuke.Common 10 or later, found no reference to it. Add one: ImmutableBuild.Nuke is compiled against it."));

    /// <summary>No project was named, or <paramref name="found"/> is none.</summary>
    public static ImmutableBuildException NoProject(string? found) => new(new Diagnostic(
        NoProjectDescriptor, found is null ? "Expected the project to release, found none. Give --immutable-project." : $"Expected a project file to release, found none at {found}. Correct --immutable-project, ImmutableProject in .nuke/parameters.json, or IHazProject.Project in the build class."));

    /// <summary>A build of the project ended with <paramref name="exitCode"/>.</summary>
    public static ImmutableBuildException BuildFailed(string project, string targets, int exitCode, string? firstError) => new(new Diagnostic(
        BuildFailedDescriptor, $"dotnet build {project} -t:{targets} ended with {exitCode}{(firstError is null ? "." : $": {firstError}")}"));

    /// <summary>The project's description can't be read.</summary>
    public static ImmutableBuildException DescriptionUnreadable(string path, string why, Exception? cause = null) => new(new Diagnostic(
        DescriptionDescriptor, $"Expected the project's description at {path}, but {why}."), cause);

    /// <summary>The two packages are of different versions.</summary>
    public static ImmutableBuildException OtherVersion(string project, string theirs, string ours) => new(new Diagnostic(
        DescriptionDescriptor, $"{project} references ImmutableBuild {theirs}, the build project ImmutableBuild.Nuke {ours}: reference the same version of both."));

    /// <summary>An option was set that does not exist.</summary>
    public static ImmutableBuildException NoSuchOption(string name) => new(new Diagnostic(
        NoSuchOptionDescriptor, $"There is no option '{name}'; docs/properties.md lists every one."));

    /// <summary>Traffic stays where it is, though something failed.</summary>
    public static Diagnostic NotRoutedBack(string why) => new(NotRoutedBackDescriptor, $"Traffic was not put back: {why}.", Severity.Warning);
}

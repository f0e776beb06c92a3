using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB1: configuration and source.</summary>
public static class ConfigurationErrors
{
    private static readonly ErrorDescriptor InvalidOptionDescriptor = new(
        "IMB1001", "An option has a value it can't have",
        "A property, item or environment variable holds something that is not one of its allowed values.",
        "The message says what was found and what is allowed; docs/properties.md lists every option.");

    private static readonly ErrorDescriptor UnknownOptionDescriptor = new(
        "IMB1002", "There is no such option",
        "A property that starts with `Immutable` is none of ImmutableBuild's; most likely it is misspelt, and would have no effect.",
        "Correct the name; docs/properties.md lists every option.");

    private static readonly ErrorDescriptor SecretAsPropertyDescriptor = new(
        "IMB1003", "A secret was passed as a property",
        "MSBuild writes properties to its logs, so a secret passed as one is no longer secret.",
        "Put the secret into an environment variable and pass that variable's name. Replace the secret if the build's log left your machine.");

    private static readonly ErrorDescriptor ConflictingOptionsDescriptor = new(
        "IMB1004", "Options contradict each other",
        "Each option is valid, but not together with another one.",
        "The message says which to change.");

    private static readonly ErrorDescriptor ProjectNotReleasableDescriptor = new(
        "IMB1005", "The project can't be released",
        "Only a project that makes a program can run; a library, a test project or one without this SDK can't.",
        "Run the release on the project of the app: `dotnet build path/to/App.csproj -t:Release`.");

    private static readonly ErrorDescriptor SolutionDescriptor = new(
        "IMB1006", "A solution can't be released",
        "A target asked of a solution goes to every project in it, so that some would be released before others fail.",
        "Release the project: `dotnet build path/to/App.csproj -t:Release`. Or put a Directory.Solution.targets beside the solution (docs/msbuild.md shows it).");

    private static readonly ErrorDescriptor TargetFrameworkDescriptor = new(
        "IMB1007", "Which target framework?",
        "The project has several target frameworks, and one release runs one of them.",
        "Set <ImmutableTargetFramework> to the one that is to run.");

    private static readonly ErrorDescriptor SdkTooOldDescriptor = new(
        "IMB1008", "The .NET SDK is too old",
        "The tasks of ImmutableBuild run on .NET 10 or later.",
        "Install a newer .NET SDK, or let global.json allow one.");

    private static readonly ErrorDescriptor DataDirectoryDescriptor = new(
        "IMB1009", "The data directory can't be written",
        "The embedded store, keys and gateways live there.",
        "Make it writable for this user, or set <ImmutableDataDirectory> to a directory that is.");

    private static readonly ErrorDescriptor RefusedOptionDescriptor = new(
        "IMB1012", "A container property that a release has no place for",
        "The .NET SDK's `PublishContainer` knows the property; a release would have to ignore it, and what it makes would not be what you asked for.",
        "The message says what to set instead.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        InvalidOptionDescriptor, UnknownOptionDescriptor, SecretAsPropertyDescriptor, ConflictingOptionsDescriptor,
        ProjectNotReleasableDescriptor, SolutionDescriptor, TargetFrameworkDescriptor, SdkTooOldDescriptor, DataDirectoryDescriptor, RefusedOptionDescriptor,
        .. SourceErrors.All, .. RecordErrors.All, .. PackageErrors.All,
    ];

    /// <summary>A value that is not allowed.</summary>
    public static ImmutableBuildException InvalidOption(string name, string found, string allowed, SourceLocation? where = null) =>
        Error(InvalidOptionDescriptor, $"{name} is '{Shorten(found)}'. It can be {allowed}.", where);

    /// <summary>A name nobody knows.</summary>
    public static ImmutableBuildException UnknownOption(string name, string? nearest, SourceLocation? where = null) =>
        Error(UnknownOptionDescriptor, $"There is no option '{name}'. {(nearest is null ? "docs/properties.md lists every option." : $"Did you mean '{nearest}'?")}", where);

    /// <summary>A secret's value where a variable's name belongs. The value is never repeated.</summary>
    public static ImmutableBuildException SecretAsProperty(string name, string instead, SourceLocation? where = null) =>
        Error(SecretAsPropertyDescriptor, $"'{name}' would put a secret into build logs. Put it into an environment variable, and set {instead} to that variable's name.", where);

    /// <summary>Two options that exclude each other.</summary>
    public static ImmutableBuildException ConflictingOptions(string name, string why, SourceLocation? where = null) =>
        Error(ConflictingOptionsDescriptor, $"{name}: {why}.", where);

    /// <summary>A library, or another project that makes no program.</summary>
    public static ImmutableBuildException ProjectNotReleasable(string project, string found) =>
        Error(ProjectNotReleasableDescriptor, $"Expected a project that makes a program (OutputType Exe or WinExe), found {found}. Release the app's project instead.", new SourceLocation(project));

    /// <summary>The target was asked of a solution.</summary>
    public static ImmutableBuildException Solution(string solution, string project) =>
        Error(SolutionDescriptor, $"'{solution}' is a solution; asked of it, a release would go to every project at once. Run it on one: dotnet build \"{project}\" -t:Release. To release from the solution, put a Directory.Solution.targets beside it (docs/msbuild.md).", new SourceLocation(project));

    /// <summary>Several frameworks, none chosen, or one chosen that the project doesn't have.</summary>
    public static ImmutableBuildException TargetFramework(string project, string frameworks, string? chosen) =>
        Error(TargetFrameworkDescriptor, chosen is null ? $"The project has the target frameworks {frameworks}. Set ImmutableTargetFramework to the one to release." : $"ImmutableTargetFramework is '{chosen}', but the project has {frameworks}. Set it to one of these.", new SourceLocation(project));

    /// <summary>MSBuild or SDK of another time.</summary>
    public static ImmutableBuildException SdkTooOld(string found) =>
        Error(SdkTooOldDescriptor, $"Expected the .NET SDK 10.0.100 or later, found {found}. Install a newer one, or let global.json allow it.", null);

    /// <summary>The data directory can't be written.</summary>
    public static ImmutableBuildException DataDirectoryNotWritable(string directory, Exception cause) => new(new Diagnostic(
        DataDirectoryDescriptor, $"Can't write to the data directory '{directory}': {cause.Message} Make it writable, or set ImmutableDataDirectory to a directory that is."), cause);

    /// <summary>A property that can't be honoured.</summary>
    public static ImmutableBuildException RefusedOption(string name, string found, string why, SourceLocation? where) =>
        Error(RefusedOptionDescriptor, $"{name} is '{Shorten(found)}'. {why}", where);

    private static ImmutableBuildException Error(ErrorDescriptor descriptor, string message, SourceLocation? where) =>
        new(new Diagnostic(descriptor, message, Location: where));

    private static string Shorten(string text) => text.Length > 100 ? text[..100] + "…" : text;
}

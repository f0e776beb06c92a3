using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB13: what the tool <c>immutable</c> was asked for.</summary>
public static class ToolErrors
{
    private static readonly ErrorDescriptor AppUnknownDescriptor = new(
        "IMB1301", "It is not said which app is meant",
        "Neither --app was given, nor does the project have a release record to read the app from.",
        "Give --app and --environment, or run the tool in the directory of a project that was released before.");

    private static readonly ErrorDescriptor NothingToReadDescriptor = new(
        "IMB1302", "There is no such generation or instance",
        "The generation or instance whose log was asked for does not exist, or nothing runs.",
        "`immutable status` lists what exists.");

    private static readonly ErrorDescriptor ProjectUnclearDescriptor = new(
        "IMB1303", "It is not said which project is meant",
        "A directory was given that holds no project file, or more than one.",
        "Give the project file with --project.");

    private static readonly ErrorDescriptor NameInvalidDescriptor = new(
        "IMB1304", "A name or id on the command line is not valid",
        "Apps and environments are DNS labels; generations are ids as `immutable history` lists them.",
        "Correct the argument.");

    private static readonly ErrorDescriptor NotUnderstoodDescriptor = new(
        "IMB1305", "The command line is not understood",
        "A command or option was given that does not exist, or a value that an option can't have.",
        "`immutable --help` lists the commands, `immutable <command> --help` the options of one.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
        [AppUnknownDescriptor, NothingToReadDescriptor, ProjectUnclearDescriptor, NameInvalidDescriptor, NotUnderstoodDescriptor];

    /// <summary>No app was named, and <paramref name="recordFile"/> does not exist.</summary>
    public static ImmutableBuildException AppUnknown(string recordFile) => new(new Diagnostic(
        AppUnknownDescriptor, $"Expected --app, or a release record at {recordFile}; found neither. Give --app and --environment, or --project."));

    /// <summary>The log of something that is not there was asked for.</summary>
    public static ImmutableBuildException NothingToRead(AppKey app, string what, IEnumerable<GenerationId> existing) => new(new Diagnostic(
        NothingToReadDescriptor, $"{app} has no {what}. It has {(existing.Any() ? string.Join(", ", existing) : "no generations")}."));

    /// <summary>A directory does not hold exactly one project.</summary>
    public static ImmutableBuildException ProjectUnclear(string directory, int found) => new(new Diagnostic(
        ProjectUnclearDescriptor, $"Expected one project file in {directory}, found {found}. Name it with --project."));

    /// <summary>An argument has a form it must not have.</summary>
    public static ImmutableBuildException NameInvalid(string option, FormatException fault) => new(new Diagnostic(
        NameInvalidDescriptor, $"{option}: {fault.Message}"), fault);

    /// <summary>A property was given that is not of the form name=value.</summary>
    public static ImmutableBuildException PropertyInvalid(string found) => new(new Diagnostic(
        NameInvalidDescriptor, $"--property: expected name=value, found '{found}'."));

    /// <summary>The command line could not be read; <paramref name="mistakes"/> says what is wrong with it.</summary>
    public static ImmutableBuildException NotUnderstood(IEnumerable<string> mistakes) => new(new Diagnostic(
        NotUnderstoodDescriptor, string.Join(' ', mistakes)));
}

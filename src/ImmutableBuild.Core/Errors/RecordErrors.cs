using System.Collections.Immutable;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB12: the release record and what was published.</summary>
public static class RecordErrors
{
    private static readonly ErrorDescriptor MissingDescriptor = new(
        "IMB1201", "There is no release record",
        "A stage run alone continues from what the stages before it left in obj/immutable/release.json, and the file is not there.",
        "Run the stages before it first, `dotnet build -t:Bake`, or all of them, `dotnet build -t:Release`. In another job, bring obj/immutable along.");

    private static readonly ErrorDescriptor UnreadableDescriptor = new(
        "IMB1202", "The release record can't be read",
        "The file is damaged, or was written by a newer version.",
        "Run `dotnet build -t:Bake` (or -t:Release) to make a new one.");

    private static readonly ErrorDescriptor StaleDescriptor = new(
        "IMB1203", "The release record belongs to another release",
        "The record was made from another commit, or for another app or environment, than the one asked for now.",
        "Check out the commit of the record, or run `dotnet build -t:Bake` (or -t:Release) to begin a new release.");

    private static readonly ErrorDescriptor StageMissingDescriptor = new(
        "IMB1204", "An earlier stage has not run",
        "A stage run alone needs what the stages before it made.",
        "Run the stage that the message names, or all of them: `dotnet build -t:Release`.");

    private static readonly ErrorDescriptor NotWritableDescriptor = new(
        "IMB1205", "The release record can't be written",
        "The disk is full, or obj/immutable is not writable.",
        "Put that right and run the release again: it continues from what the target shows.");

    private static readonly ErrorDescriptor NothingPublishedDescriptor = new(
        "IMB1206", "The publish output is not what was expected",
        "The app's program is not in the publish output.",
        "Publish into the default place, and don't rename the program after publishing.");

    private static readonly ErrorDescriptor PublishFolderDescriptor = new(
        "IMB1207", "The publish folder can't be prepared",
        "What an earlier release left in obj/immutable/publish can't be read or removed: another program holds a file of it, another user owns it, or the disk is full.",
        "Put that right, or delete obj/immutable, and run the release again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
        [MissingDescriptor, UnreadableDescriptor, StaleDescriptor, StageMissingDescriptor, NotWritableDescriptor, NothingPublishedDescriptor, PublishFolderDescriptor];

    /// <summary>There is no release record.</summary>
    public static ImmutableBuildException Missing(string file) => new(new Diagnostic(
        MissingDescriptor, $"There is no release record at '{file}'. Run 'dotnet build -t:Bake' first, or 'dotnet build -t:Release' for the whole chain.", Location: new SourceLocation(file)));

    /// <summary>A file that is no record of this version.</summary>
    public static ImmutableBuildException Unreadable(string file, string why, Exception? cause = null) => new(
        new Diagnostic(UnreadableDescriptor, $"The release record '{file}' can't be read: {why}. Run 'dotnet build -t:Bake' to make a new one.", Location: new SourceLocation(file)), cause);

    /// <summary>A record of another commit, app or environment.</summary>
    public static ImmutableBuildException Stale(string file, string what, string recorded, string now) => new(new Diagnostic(
        StaleDescriptor, $"The release record '{file}' was made for {what} {recorded}, but this is {now}. Run 'dotnet build -t:Bake' to begin a new release.", Location: new SourceLocation(file)));

    /// <summary>A part that an earlier stage fills in is not there.</summary>
    public static ImmutableBuildException StageMissing(StageName wanted, StageName missing) => new(new Diagnostic(
        StageMissingDescriptor, $"{wanted} needs what {missing} makes, and {missing} has not run in this release. Run 'dotnet build -t:{missing}' first, or 'dotnet build -t:Release' for the whole chain."));

    /// <summary>Writing failed.</summary>
    public static ImmutableBuildException NotWritable(string file, Exception cause) => new(
        new Diagnostic(NotWritableDescriptor, $"Can't write the release record '{file}': {cause.Message} Put that right, and run the release again: it continues from what the target shows.", Location: new SourceLocation(file)), cause);

    /// <summary>What an earlier release published has disappeared since the release began.</summary>
    public static ImmutableBuildException EarlierPublishGone(string workDirectory) => new(new Diagnostic(
        NothingPublishedDescriptor, $"Expected what an earlier release published, by the record in '{workDirectory}', to stay as it is during this one, found it changed or gone. Release again: it is published anew."));

    /// <summary>The folder that is published into can't be emptied, or what is left in it not be written down.</summary>
    public static ImmutableBuildException PublishFolderUnusable(string directory, Exception cause) => new(
        new Diagnostic(PublishFolderDescriptor, $"Can't prepare the publish folder '{directory}': {cause.Message} Put that right, or delete obj/immutable, and run the release again.", Location: new SourceLocation(directory)), cause);

    /// <summary>Publish left no program.</summary>
    public static ImmutableBuildException NothingPublished(string directory, string expected) => new(new Diagnostic(
        NothingPublishedDescriptor, $"Expected the app's program '{expected}' in the publish output '{directory}', found none. Publish into the default place, and don't rename the program afterwards."));
}

using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB11: the source, as git tells it.</summary>
public static class SourceErrors
{
    private const int FilesShown = 10;

    private static readonly ErrorDescriptor GitMissingDescriptor = new(
        "IMB1101", "git was not found",
        "A release is made from a commit, and git tells which.",
        "Install git, and make sure it is on the PATH.");

    private static readonly ErrorDescriptor NoRepositoryDescriptor = new(
        "IMB1102", "Not a git repository",
        "A release is made from a commit, and the project is in no git repository.",
        "Run `git init`, and commit the project.");

    private static readonly ErrorDescriptor NoCommitDescriptor = new(
        "IMB1103", "The repository has no commit",
        "A release is made from a commit, and there is none yet.",
        "Commit the project: `git add . && git commit`.");

    private static readonly ErrorDescriptor DirtyTreeDescriptor = new(
        "IMB1104", "The working tree has uncommitted changes",
        "What is released must be what the commit holds, or nobody can make it again.",
        "Commit or stash the changes, or ignore generated files. To try things out, set <ImmutableAllowDirty>true</ImmutableAllowDirty>; never for a protected environment.");

    private static readonly ErrorDescriptor GitFailedDescriptor = new(
        "IMB1105", "git failed",
        "git is there and said something other than expected.",
        "The message quotes it; put right what it complains about.");

    private static readonly ErrorDescriptor ReleasingDirtyDescriptor = new(
        "IMB1106", "Releasing uncommitted changes",
        "ImmutableAllowDirty is set, and the working tree differs from its commit.",
        "Nothing, while trying things out; commit before anyone else relies on it.");

    private static readonly ErrorDescriptor CommitMovedDescriptor = new(
        "IMB1107", "Another commit was checked out during the release",
        "What was compiled is of no single commit: the commit that was checked out when the release began is not the one at its end.",
        "Release again, and leave the working tree alone until Compile is done; or release from a clone of its own.");

    private static readonly ErrorDescriptor IgnoredFilesDescriptor = new(
        "IMB1108", "Files that git ignores would get into the image",
        "The project publishes, compiles or sends with its Dockerfile what git ignores. No commit holds it: another clone would bake another image, and settings or keys of a developer's may be among it.",
        "Commit what belongs to the app; leave the rest out (`<Content Remove=…>`, `CopyToPublishDirectory=\"Never\"`, `.dockerignore`). What the build makes from the commit, name in ImmutableBuildOutputs. To try things out, set <ImmutableAllowDirty>true</ImmutableAllowDirty>.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
        [GitMissingDescriptor, NoRepositoryDescriptor, NoCommitDescriptor, DirtyTreeDescriptor, GitFailedDescriptor, ReleasingDirtyDescriptor, CommitMovedDescriptor, IgnoredFilesDescriptor];

    /// <summary>There is no git on the PATH.</summary>
    public static ImmutableBuildException GitMissing(string program, Exception cause) => new(new Diagnostic(
        GitMissingDescriptor, $"Could not start '{program}': {cause.Message}. A release is made from a commit: install git, and make sure it is on the PATH."), cause);

    /// <summary>No repository around the project.</summary>
    public static ImmutableBuildException NoRepository(string directory) => new(new Diagnostic(
        NoRepositoryDescriptor, $"'{directory}' is in no git repository. A release is made from a commit: run 'git init' and commit the project."));

    /// <summary>A repository without a commit.</summary>
    public static ImmutableBuildException NoCommit(string directory) => new(new Diagnostic(
        NoCommitDescriptor, $"The git repository of '{directory}' has no commit. Commit the project, then release it."));

    /// <summary>Changes that no commit holds.</summary>
    public static ImmutableBuildException DirtyTree(IReadOnlyList<string> files) => new(new Diagnostic(
        DirtyTreeDescriptor, $"The working tree has uncommitted changes: {Listed(files)}. Commit or stash them (or set ImmutableAllowDirty=true to try things out)."));

    /// <summary>The warning in place of <see cref="DirtyTree"/> where dirty trees are allowed.</summary>
    public static Diagnostic ReleasingDirty(IReadOnlyList<string> files) => new(
        ReleasingDirtyDescriptor, $"Releasing with uncommitted changes: {Listed(files)}. The commit alone does not make this image again.", Severity.Warning);

    /// <summary>Files of the image that no commit holds.</summary>
    public static Diagnostic IgnoredFiles(IReadOnlyList<string> files, Severity severity) => new(
        IgnoredFilesDescriptor, $"Expected everything in the image to be of the commit, found files that git ignores: {Listed(files)}. Commit them, or leave them out of the app (of a Dockerfile, by .dockerignore); name what the build makes in ImmutableBuildOutputs.", severity);

    /// <summary>Anything else git says.</summary>
    public static ImmutableBuildException GitFailed(string arguments, int exitCode, string said) => new(new Diagnostic(
        GitFailedDescriptor, $"'git {arguments}' ended with exit code {exitCode}: {said}"));

    /// <summary>HEAD moved while the project was compiled.</summary>
    public static ImmutableBuildException CommitMoved(string atTheStart, string atTheEnd) => new(new Diagnostic(
        CommitMovedDescriptor, $"Expected commit {atTheStart} to stay checked out while it is compiled, found {atTheEnd} at the end. Nothing was released; release again."));

    private static string Listed(IReadOnlyList<string> files) =>
        string.Join(", ", files.Take(FilesShown)) + (files.Count > FilesShown ? $" and {files.Count - FilesShown} more" : "");
}

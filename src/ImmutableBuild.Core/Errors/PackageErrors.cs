using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB14: the packages of the released project.</summary>
public static class PackageErrors
{
    private const int Shown = 5;

    private static readonly ErrorDescriptor LockFileDiffersDescriptor = new(
        "IMB1401", "The packages are not those of packages.lock.json",
        "The project has a lock file, and what NuGet resolves is something else: the project was changed without its lock file, or it names floating versions and the lock file does not cover the released runtime. The same commit would not give the same image.",
        "Run `dotnet restore --force-evaluate` and commit packages.lock.json. With floating versions, set <RuntimeIdentifiers> to the released runtime first, so that the lock file covers it.");

    private static readonly ErrorDescriptor RuntimeNotLockedDescriptor = new(
        "IMB1402", "Packages for the runtime are in no lock file",
        "The project has a lock file that does not cover the runtime that is released, and packages are needed for that runtime alone.",
        "Set <RuntimeIdentifiers> to the released runtime, run `dotnet restore --force-evaluate`, and commit packages.lock.json.");

    private static readonly ErrorDescriptor UnreadableDescriptor = new(
        "IMB1403", "A list of packages can't be read",
        "packages.lock.json, or what NuGet wrote when it restored, is no JSON of the form it should have.",
        "For packages.lock.json, run `dotnet restore --force-evaluate`; for a file below obj, delete the directory obj/immutable.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [LockFileDiffersDescriptor, RuntimeNotLockedDescriptor, UnreadableDescriptor];

    /// <summary>What was restored is not what is locked.</summary>
    public static ImmutableBuildException LockFileDiffers(string lockFile, IReadOnlyList<string> differences) => new(new Diagnostic(
        LockFileDiffersDescriptor,
        $"The packages are not those of the lock file: {Listed(differences)}. Run 'dotnet restore --force-evaluate' and commit the lock file, or undo the change of the project. Where versions float, set RuntimeIdentifiers to the released runtime first, so that the lock file covers it.",
        Location: new SourceLocation(lockFile)));

    /// <summary>The warning for packages that only the runtime needs.</summary>
    public static Diagnostic RuntimeNotLocked(string lockFile, IReadOnlyList<string> packages) => new(
        RuntimeNotLockedDescriptor,
        $"The lock file does not cover the released runtime, so these packages are not locked: {Listed(packages)}. Set RuntimeIdentifiers to it, and run 'dotnet restore --force-evaluate'.",
        Severity.Warning,
        new SourceLocation(lockFile));

    /// <summary>A file that can't be understood.</summary>
    public static ImmutableBuildException Unreadable(string file, Exception fault) => new(
        new Diagnostic(UnreadableDescriptor, $"The list of packages '{file}' can't be read: {fault.Message}", Location: new SourceLocation(file)), fault);

    private static string Listed(IReadOnlyList<string> lines) =>
        string.Join("; ", lines.Take(Shown)) + (lines.Count > Shown ? $"; and {lines.Count - Shown} more" : "");
}

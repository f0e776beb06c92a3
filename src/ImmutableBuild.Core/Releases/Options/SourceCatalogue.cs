using System.Collections.Immutable;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says how close a release keeps to its commit.</summary>
public static class SourceCatalogue
{
    /// <summary>Allow a dirty tree.</summary>
    public static PropertyOption<bool> AllowDirty { get; } = new("ImmutableAllowDirty", Flag, "false", "Release with uncommitted changes in the working tree, or with files that git ignores. Never allowed in a protected environment.");

    /// <summary>What the build makes.</summary>
    public static PropertyOption<ImmutableArray<string>> BuildOutputs { get; } = new("ImmutableBuildOutputs", FilePaths, null, "Files and directories that git ignores and that may get into the image all the same, since the build makes them from the commit, such as `wwwroot/dist` of a front end. Any other file that git ignores is refused: the commit doesn't hold it. The .NET SDK's own (`bin`, `obj`) are known.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [AllowDirty, BuildOutputs];
}

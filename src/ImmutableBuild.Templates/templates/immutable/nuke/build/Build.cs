using ImmutableBuild.Nuke;
using Nuke.Common;
using Nuke.Common.IO;

/// <summary>The build of this repository. A target of its own goes between two stages with DependsOn and DependentFor.</summary>
sealed class Build : NukeBuild, IRelease
{
    public static int Main() => Execute<Build>(x => ((IRelease)x).Release);

    // What --immutable-project says, or the project this repository releases.
    AbsolutePath? IHazProject.Project => ((IHazProject)this).ImmutableProject ?? ProjectAt(RootDirectory / "src/ImmutableApp");

    static AbsolutePath ProjectAt(AbsolutePath place) => Directory.Exists(place) ? Directory.GetFiles(place, "*.*proj").Single() : place;
}

using System;
using ImmutableBuild.NukeBuilds;

// Which class is run is said beside the arguments, which are NUKE's.
return Environment.GetEnvironmentVariable("BUILD_CLASS") switch
{
    nameof(ComponentBuild) => ComponentBuild.Run(),
    nameof(SmokeBuild) => SmokeBuild.Run(),
    nameof(PlainBuild) => PlainBuild.Run(),
    var other => throw new InvalidOperationException($"BUILD_CLASS is '{other}'."),
};

using ImmutableBuild.GitHub;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Who follows the releases of this build: one for all tasks that work in a directory, until the build ends.</summary>
internal static class BuildFollower
{
    /// <summary>The follower of this build.</summary>
    public static Followers Of(IBuildEngine engine, string workDirectory)
    {
        var key = $"{typeof(BuildFollower).FullName} {workDirectory}";
        if (engine is not IBuildEngine4 build)
        {
            return Create();
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is Followers known)
        {
            return known;
        }

        var follower = Create();
        build.RegisterTaskObject(key, follower, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        return follower;
    }

    private static Followers Create() => Followers.Create(Environment.GetEnvironmentVariable, ConsoleLines.Write);
}

using Nuke.Common.Execution;

namespace Nuke.Common;

/// <summary>Compares targets of a build class with what runs.</summary>
public static class ExecutableTargetExtensions
{
    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Target target) => targets.Any(executable => executable.Factory.Equals(target));

    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Setup target) => targets.Any(executable => executable.Factory.Equals(target));

    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Cleanup target) => targets.Any(executable => executable.Factory.Equals(target));
}

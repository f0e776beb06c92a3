using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>Makes the targets of a build, and ties them to each other.</summary>
internal static class TargetFactory
{
    public static IReadOnlyList<ExecutableTarget> CreateAll<T>(T build, Expression<Func<T, Target>>[] defaults)
        where T : NukeBuild
    {
        var defaultTargets = defaults.Select(expression => expression.Compile()(build)).ToList();
        var targets = Members.TargetsOf(build.GetType()).Select(member => Create(build, member, defaultTargets)).ToList();
        foreach (var target in targets)
        {
            var definition = target.Definition;
            target.ExecutionDependencies.AddRange(Related(target, targets, definition.DependsOnTargets, other => other.DependentForTargets));
            target.OrderDependencies.AddRange(Related(target, targets, definition.AfterTargets, other => other.BeforeTargets));
            target.TriggerDependencies.AddRange(Related(target, targets, definition.TriggeredByTargets, other => other.TriggersTargets));
            target.Triggers.AddRange(Related(target, targets, definition.TriggersTargets, other => other.TriggeredByTargets));
        }

        return targets;
    }

    private static ExecutableTarget Create(NukeBuild build, PropertyInfo member, List<Target> defaultTargets)
    {
        var definition = new TargetDefinition(member, build);
        var factory = (Target)member.GetValue(build)!;
        factory(definition);
        return new ExecutableTarget
        {
            Name = definition.Name,
            Member = member,
            Definition = definition,
            Description = definition.Text,
            Factory = factory,
            IsDefault = defaultTargets.Contains(factory),
            DynamicConditions = definition.DynamicConditions,
            StaticConditions = definition.StaticConditions,
            DependencyBehavior = definition.DependencyBehavior,
            ProceedAfterFailure = definition.IsProceedAfterFailure,
            AssuredAfterFailure = definition.IsAssuredAfterFailure,
            DelegateRequirements = definition.Requirements,
            Actions = definition.Actions,
            Listed = !definition.IsUnlisted,
            ArtifactProducts = definition.Artifacts,
        };
    }

    private static IEnumerable<ExecutableTarget> Related(ExecutableTarget target, List<ExecutableTarget> all, List<Delegate> named, Func<TargetDefinition, List<Delegate>> namedByOthers)
    {
        var own = named.Select(factory => all.SingleOrDefault(other => other.Factory.Equals(factory)) ?? throw new InvalidOperationException($"Target '{target.Name}' refers to a target that the build does not have."));
        var others = all.Where(other => other != target && namedByOthers(other.Definition).Contains(target.Factory));
        return own.Concat(others).Select(other => other != target ? other : throw new ArgumentException($"Target '{target.Name}' cannot have a dependency on itself"));
    }
}

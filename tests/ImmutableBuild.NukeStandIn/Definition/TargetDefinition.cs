using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Tooling;

namespace Nuke.Common.Execution;

/// <summary>Collects what a target says of itself. What ties it to others is kept as the others' own delegates.</summary>
internal sealed class TargetDefinition(PropertyInfo member, NukeBuild build) : ITargetDefinition
{
    public string Name { get; } = Members.ShortName(member);

    internal string Text { get; private set; }

    internal List<Action> Actions { get; } = [];

    internal List<(string Text, Func<bool> Delegate)> DynamicConditions { get; } = [];

    internal List<(string Text, Func<bool> Delegate)> StaticConditions { get; } = [];

    internal List<LambdaExpression> Requirements { get; } = [];

    internal List<Delegate> DependsOnTargets { get; } = [];

    internal List<Delegate> DependentForTargets { get; } = [];

    internal List<Delegate> BeforeTargets { get; } = [];

    internal List<Delegate> AfterTargets { get; } = [];

    internal List<Delegate> TriggersTargets { get; } = [];

    internal List<Delegate> TriggeredByTargets { get; } = [];

    internal List<string> Artifacts { get; } = [];

    internal DependencyBehavior DependencyBehavior { get; private set; }

    internal bool IsProceedAfterFailure { get; private set; }

    internal bool IsAssuredAfterFailure { get; private set; }

    internal bool IsUnlisted { get; private set; }

    public ITargetDefinition Description(string description) => With(() => Text = description);

    public ITargetDefinition Executes(params Action[] actions) => With(() => Actions.AddRange(actions));

    public ITargetDefinition Executes<T>(Func<T> action) => Executes(new Action(() => action()));

    public ITargetDefinition Executes(Func<Task> action) => Executes(() => action().GetAwaiter().GetResult());

    public ITargetDefinition DependsOn(params Target[] targets) => With(() => DependsOnTargets.AddRange(targets));

    public ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets) => DependsOn(Of(targets));

    public ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets) => build is T ? DependsOn(targets) : this;

    public ITargetDefinition DependentFor(params Target[] targets) => With(() => DependentForTargets.AddRange(targets));

    public ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets) => DependentFor(Of(targets));

    public ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets) => build is T ? DependentFor(targets) : this;

    public ITargetDefinition OnlyWhenDynamic(Func<bool> condition, string conditionExpression = null) => With(() => DynamicConditions.Add((conditionExpression, condition)));

    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string conditionExpression = null) => With(() => StaticConditions.Add((conditionExpression, condition)));

    public ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class => With(() => Requirements.AddRange([parameterRequirement, .. parameterRequirements]));

    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct => With(() => Requirements.AddRange([parameterRequirement, .. parameterRequirements]));

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements) => With(() => Requirements.AddRange([requirement, .. requirements]));

    public ITargetDefinition Requires<T>()
        where T : IRequireTool => throw Absent();

    public ITargetDefinition Requires<T>(string version)
        where T : IRequireToolWithVersion => throw Absent();

    public ITargetDefinition Requires(Expression<Func<Tool>> tool, params Expression<Func<Tool>>[] tools) => throw Absent();

    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior) => With(() => DependencyBehavior = dependencyBehavior);

    public ITargetDefinition Before(params Target[] targets) => With(() => BeforeTargets.AddRange(targets));

    public ITargetDefinition Before<T>(params Func<T, Target>[] targets) => Before(Of(targets));

    public ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets) => build is T ? Before(targets) : this;

    public ITargetDefinition After(params Target[] targets) => With(() => AfterTargets.AddRange(targets));

    public ITargetDefinition After<T>(params Func<T, Target>[] targets) => After(Of(targets));

    public ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets) => build is T ? After(targets) : this;

    public ITargetDefinition Triggers(params Target[] targets) => With(() => TriggersTargets.AddRange(targets));

    public ITargetDefinition Triggers<T>(params Func<T, Target>[] targets) => Triggers(Of(targets));

    public ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets) => build is T ? Triggers(targets) : this;

    public ITargetDefinition TriggeredBy(params Target[] targets) => With(() => TriggeredByTargets.AddRange(targets));

    public ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(Of(targets));

    public ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets) => build is T ? TriggeredBy(targets) : this;

    public ITargetDefinition AssuredAfterFailure() => With(() => IsAssuredAfterFailure = true);

    public ITargetDefinition ProceedAfterFailure() => With(() => IsProceedAfterFailure = true);

    public ITargetDefinition Unlisted() => With(() => IsUnlisted = true);

    public ITargetDefinition Base()
    {
        var overridden = build.GetType().BaseType?.GetProperty(Name, Members.Instance)
            ?? throw new InvalidOperationException($"Target '{Name}' has no base member. To inherit from an interface, use Inherit<T>.");
        return Inherit(Members.Invoke<Target>(overridden, build));
    }

    public ITargetDefinition Inherit(params Target[] targets) => With(() => Array.ForEach(targets, target => target(this)));

    // The interface's own body, not what the class made of it.
    public ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets) =>
        Inherit([.. (targets.Length > 0 ? targets.Select(Members.MemberOf).Cast<PropertyInfo>() : [Only<T>()]).Select(target => Members.Invoke<Target>(target, build))]);

    public ITargetDefinition Produces(params string[] artifacts) => With(() => Artifacts.AddRange(artifacts));

    public ITargetDefinition Consumes(params Target[] targets) => this;

    public ITargetDefinition Consumes<T>(params Func<T, Target>[] targets) => this;

    public ITargetDefinition Consumes(Target target, params string[] artifacts) => this;

    public ITargetDefinition Consumes<T>(Func<T, Target> target, params string[] artifacts) => this;

    public ITargetDefinition Consumes<T>(params string[] artifacts) => this;

    public ITargetDefinition DependsOnContext<T>()
        where T : INukeBuild => throw Absent();

    public ITargetDefinition Partition(int size) => this;

    private static NotSupportedException Absent() => new("The stand-in for NUKE does not have this.");

    private TargetDefinition With(Action change)
    {
        change();
        return this;
    }

    private Target[] Of<T>(Func<T, Target>[] targets)
    {
        var component = build is T is_ ? is_ : throw new InvalidCastException($"Target '{Name}' refers to the component '{typeof(T).Name}', which '{build.GetType().Name}' does not implement.");
        return targets.Length > 0 ? [.. targets.Select(target => target(component))] : [(Target)Only<T>().GetValue(build)];
    }

    private PropertyInfo Only<T>()
    {
        var candidates = typeof(T).GetProperties(Members.Instance).Where(property => property.PropertyType == typeof(Target)).ToList();
        return candidates is [var only] ? only : throw new InvalidOperationException(
            $"Target '{Name}' can't refer to the component '{typeof(T).Name}' alone: it has {candidates.Count} targets ({string.Join(", ", candidates.Select(candidate => candidate.Name))}).");
    }
}

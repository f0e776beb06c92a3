namespace Nuke.Common.Execution;

/// <summary>Which targets run, and in which order.</summary>
internal static class Planner
{
    public static IReadOnlyList<ExecutableTarget> Plan(IReadOnlyList<ExecutableTarget> all, string[] names)
    {
        var invoked = names?.Select(name => Named(all, name)).ToList();
        invoked?.ForEach(target => target.Invoked = true);
        var wanted = new HashSet<ExecutableTarget>(invoked ?? all.Where(target => target.IsDefault));
        var order = Order(all);
        while (true)
        {
            var plan = Needed(order, wanted);
            var triggered = plan.SelectMany(target => target.Triggers).Except(plan).ToList();
            if (triggered.Count == 0)
            {
                plan.ForEach(target => target.Status = ExecutionStatus.Scheduled);
                return plan;
            }

            wanted.UnionWith(plan.Concat(triggered));
        }
    }

    // Last first: each time the first target that none of the rest depends on.
    private static List<ExecutableTarget> Order(IReadOnlyList<ExecutableTarget> all)
    {
        var rest = all.ToList();
        var order = new List<ExecutableTarget>();
        while (rest.Count > 0)
        {
            var last = rest.Find(target => !rest.Exists(other => other.AllDependencies.Contains(target)))
                ?? throw new InvalidOperationException($"Circular dependencies between targets: {string.Join(", ", rest.Select(target => target.Name))}");
            rest.Remove(last);
            order.Add(last);
        }

        return order;
    }

    private static List<ExecutableTarget> Needed(List<ExecutableTarget> lastFirst, HashSet<ExecutableTarget> wanted)
    {
        var needed = new List<ExecutableTarget>();
        foreach (var target in lastFirst)
        {
            if (wanted.Contains(target) || needed.Exists(other => other.ExecutionDependencies.Contains(target)))
            {
                needed.Add(target);
            }
        }

        needed.Reverse();
        return needed;
    }

    private static ExecutableTarget Named(IReadOnlyList<ExecutableTarget> all, string name) =>
        all.SingleOrDefault(target => string.Equals(target.Name, name.Replace("-", ""), StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"Target with name '{name}' does not exist. Available targets are:\n{string.Join('\n', all.Select(target => $"  - {target.Name}").Order())}");
}

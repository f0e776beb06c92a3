using System.Reflection;
using System.Text;

namespace Nuke.Common.Execution;

/// <summary>What <c>--help</c> and <c>--plan</c> show.</summary>
internal static class HelpText
{
    private const int Widest = 100;

    public static string Of(NukeBuild build)
    {
        var text = new StringBuilder("Targets (with their direct dependencies):\n\n");
        var width = Math.Max(build.ExecutableTargets.Max(target => target.Name.Length), 20);
        foreach (var target in build.ExecutableTargets.Where(target => target.Listed))
        {
            var dependencies = target.ExecutionDependencies.Count > 0 ? $" -> {string.Join(", ", target.ExecutionDependencies.Select(other => other.Name))}" : "";
            text.AppendLine($"  {(target.Name + (target.IsDefault ? " (default)" : "")).PadRight(width)}{dependencies}");
            if (!string.IsNullOrWhiteSpace(target.Description))
            {
                text.AppendLine($"    {target.Description}");
            }
        }

        var defaults = string.Join(", ", build.ExecutableTargets.Where(target => target.IsDefault).Select(target => target.Name));
        var parameters = Injection.ParametersOf(build.GetType()).Where(member => member.GetCustomAttribute<ParameterAttribute>()!.List).ToList();
        var names = Math.Max(parameters.Max(member => Injection.DashedNameOf(member).Length), 16);
        text.AppendLine("\nParameters:");
        foreach (var group in parameters.GroupBy(member => member.DeclaringType == typeof(NukeBuild)).OrderBy(group => group.Key))
        {
            text.AppendLine();
            foreach (var member in group)
            {
                var description = (member.GetCustomAttribute<ParameterAttribute>()!.Description ?? "<no description>").Replace("{default_target}", defaults.Length > 0 ? defaults : "<none>").TrimEnd('.') + ".";
                text.AppendLine($"  --{Injection.DashedNameOf(member).PadRight(names)}  {Wrapped(description, names + 6)}");
            }
        }

        return text.ToString();
    }

    // NUKE opens the plan as a page in a browser.
    public static string PlanOf(NukeBuild build) =>
        "Plan:\n" + string.Join('\n', build.ExecutionPlan.Select(target => $"  {target.Name}{(target.AssuredAfterFailure ? " (after a failure as well)" : "")}"));

    private static string Wrapped(string description, int indent)
    {
        var text = new StringBuilder();
        var column = indent;
        foreach (var word in description.Split(' '))
        {
            if (column + word.Length > Widest && column > indent)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }

            text.Append(column > indent ? " " : "").Append(word);
            column += word.Length + 1;
        }

        return text.ToString();
    }
}

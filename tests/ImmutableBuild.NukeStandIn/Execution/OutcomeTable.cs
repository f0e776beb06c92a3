using System.Text;

namespace Nuke.Common.Execution;

/// <summary>The table at the end of a run.</summary>
internal static class OutcomeTable
{
    public static string Of(NukeBuild build)
    {
        var width = Math.Max(build.ExecutionPlan.Select(target => target.Name.Length).DefaultIfEmpty().Max() + 4, 19);
        var text = new StringBuilder().AppendLine().AppendLine(new string('═', width + 20)).AppendLine(Line(width, "Target", "Status", "Duration")).AppendLine(new string('─', width + 20));
        foreach (var target in build.ExecutionPlan.Where(target => target.Status != ExecutionStatus.Collective))
        {
            var took = target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed or ExecutionStatus.Aborted ? Duration(target.Duration) : "";
            var information = target.SummaryInformation.Count > 0 ? $"   // {string.Join(", ", target.SummaryInformation.Select(pair => $"{pair.Key}: {pair.Value}"))}" : "";
            text.AppendLine(Line(width, target.Name, target.Status.ToString(), took) + information);
        }

        text.AppendLine(new string('─', width + 20)).AppendLine(Line(width, "Total", "", Duration(TimeSpan.FromTicks(build.ExecutionPlan.Sum(target => target.Duration.Ticks))))).AppendLine(new string('═', width + 20));
        return text.AppendLine().Append(build.IsSucceeding ? "Build succeeded." : "Build failed.").ToString();
    }

    private static string Line(int width, string target, string status, string duration) => target.PadRight(width) + status.PadRight(10) + duration.PadLeft(10);

    private static string Duration(TimeSpan duration) => duration.TotalSeconds < 1 ? "< 1sec" : $"{(int)duration.TotalMinutes}:{duration:ss}";
}

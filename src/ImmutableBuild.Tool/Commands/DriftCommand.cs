using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable drift</c>: what runs otherwise than it was released. Ends with 1 when anything does.</summary>
internal static class DriftCommand
{
    public static Command Create() => ToolCommand.Create("drift", "What runs otherwise than it was released.", [BuildProperties.Option], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken, BuildProperties.Read(parsed));
        await using var app = new OpenedApp(scope, new ToolReporter(output));
        var report = await DriftReport.FindAsync(app.Target, scope.App, TimeProvider.System, cancellationToken);
        output.Answer(report, StatusJson.Default.DriftReport, text => Show(report, text));
        if (report.IsDrifted)
        {
            output.Tell(DestroyErrors.Drifted(report).Diagnostics[0]);
        }

        return report.IsDrifted ? ExitCodes.Refused : ExitCodes.Done;
    });

    /// <summary>Shows it as a table.</summary>
    public static void Show(DriftReport report, ToolOutput output)
    {
        if (report.Lease is { } lease)
        {
            output.Line($"{lease.Holder} is changing it; what is at work may show as drift.", "yellow");
        }

        if (!report.IsDrifted)
        {
            output.Line(report.Runs ? $"{report.App} runs as it was released." : $"{report.App} does not run.", report.Runs ? "bold green" : "");
            return;
        }

        output.Table(
            ["where", "what", "expected", "found", "cure"],
            [.. DriftRow.Of(report).Select(row => new[] { row.Where, row.What, row.Expected, row.Found, row.Cure })]);
    }
}

using System.CommandLine;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable rescan</c>: scans what is live against what is known today. Ends with 1 when the gate would refuse it now.</summary>
internal static class RescanCommand
{
    public static Command Create() => ToolCommand.Create("rescan", "Whether what is live would pass the scan today.", [BuildProperties.Option], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken, BuildProperties.Read(parsed));
        await using var app = new OpenedApp(scope, new ToolReporter(output));
        using var directory = new ReportDirectory(null);
        return await ScanAnswers.GiveAsync(output, found => new ImageScans(ScanCommand.ContextOf(scope, output, directory)).RescanAsync(app.Target, found, cancellationToken));
    });
}

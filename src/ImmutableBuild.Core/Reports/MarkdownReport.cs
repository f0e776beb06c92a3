using System.Globalization;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>The Markdown form: for a pull request, a job summary, or <c>less</c>.</summary>
internal static class MarkdownReport
{
    private static readonly double[] Quantiles = [0.5, 0.9, 0.99];

    public static string Render(ReleaseReport report)
    {
        var text = new StringBuilder();
        Header(text, report);
        foreach (var diagnostic in report.Diagnostics)
        {
            Diagnostic(text, diagnostic);
        }

        Stages(text, report);
        if (report.Record.Bake is { } bake)
        {
            Layers(text, bake);
        }

        if (report.Record.Scan is { } scan)
        {
            Scan(text, scan);
        }

        if (report.Record.HealthGate is { } gate)
        {
            Gate(text, gate);
            Rollback(text, report);
        }

        return text.Replace("\r\n", "\n").ToString();
    }

    private static void Header(StringBuilder text, ReleaseReport report)
    {
        var (record, gate) = (report.Record, report.Record.HealthGate);
        text.Append($"# {Markdown.Text(report.Headline)}\n\n| | |\n| --- | --- |\n");
        if (gate?.Url is { } url)
        {
            Pair("Serves at", Markdown.Text(url));
        }

        if (gate is not null)
        {
            Pair("Live", Markdown.Code(gate.Live.ToString()));
            Pair("Replaced", gate.Replaced is { } replaced ? Markdown.Code(replaced.ToString()) : "nothing");
            Pair("Requests lost", Units.Counted(report.Record.RequestsLost));
        }

        if (gate?.SwitchTime is { } switched)
        {
            Pair("Switch", Units.Duration(switched));
        }

        if (record.Promoted is { } promoted)
        {
            Pair("Image", $"{Markdown.Code($"{promoted.Repository}@{promoted.Digest}")}, {Markdown.Text(promoted.ToString())}");
        }

        var branch = record.Compile.Branch is { } name ? $" on {Markdown.Text(name)}" : "";
        Pair("Commit", Markdown.Code(record.Compile.Commit.ToString()) + branch + (record.Compile.Dirty ? ", with uncommitted changes" : ""));
        Pair("All stages", Units.Duration(report.Elapsed));
        text.Append('\n');

        void Pair(string key, string value) => text.Append($"| {key} | {value} |\n");
    }

    private static void Diagnostic(StringBuilder text, Diagnostic diagnostic)
    {
        var word = diagnostic.Severity == Severity.Error ? "Error" : "Warning";
        text.Append($"## {word} {diagnostic.Code}: {Markdown.Text(diagnostic.Descriptor.Title)}\n\n");
        if (diagnostic.Location is { } place)
        {
            text.Append($"{Markdown.Code($"{place.File}({place.Line},{place.Column})")}\n\n");
        }

        text.Append($"{Markdown.Block(diagnostic.Message)}\n{Markdown.Text(diagnostic.Descriptor.Cause)} {Markdown.Text(diagnostic.Descriptor.Cure)}\n\n");
    }

    private static void Stages(StringBuilder text, ReleaseReport report)
    {
        text.Append("## Stages\n\n| Stage | Time | |\n| --- | ---: | --- |\n");
        foreach (var row in report.Stages)
        {
            var what = row.State switch
            {
                StageState.Done => Markdown.Text(row.Summary),
                StageState.Failed => "**failed**",
                _ => "not run",
            };
            text.Append($"| {row.Stage} | {(row.Elapsed is { } elapsed ? Units.Duration(elapsed) : "")} | {what} |\n");
        }

        text.Append('\n');
    }

    private static void Layers(StringBuilder text, BakeRecord bake)
    {
        text.Append($"## Image\n\n");
        if (bake.Images.Length > 1)
        {
            text.Append($"{Markdown.Code(bake.Digest.ToString())}, of these:\n\n");
        }

        foreach (var image in bake.Images)
        {
            Layers(text, image, bake.BaseName);
        }
    }

    private static void Layers(StringBuilder text, PlatformImageRecord image, string? baseName)
    {
        text.Append($"{Markdown.Code(image.Digest.ToString())}, {Markdown.Text(image.Platform)}, runs as user {Markdown.Text(image.User)}, ");
        text.Append(baseName is { } name ? $"on {Markdown.Text(name)}" : "on no base image");
        text.Append("\n\n| Layer | Digest | Files | Size | |\n| --- | --- | ---: | ---: | --- |\n");
        foreach (var layer in image.Layers)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Markdown.Text(layer.Name)} | {Markdown.Code($"sha256:{layer.Digest.Hex[..12]}")} | {(layer.Files > 0 ? layer.Files : "")} | {Units.Bytes(layer.Size)} | {(layer.Reused ? "re-used" : "written")} |\n");
        }

        text.Append('\n');
    }

    private static void Scan(StringBuilder text, ScanRecord scan)
    {
        text.Append($"## Scan\n\n{Markdown.Text(ReportWords.Verdict(scan.Verdict))}: {Units.Count(scan.Components, "component")}, {Units.Count(scan.Findings.Values.Sum(), "finding")}{(scan.Dismissed > 0 ? $", {scan.Dismissed} dismissed" : "")}\n\n");
        if (!scan.Sources.IsEmpty)
        {
            text.Append($"Asked: {string.Join(", ", scan.Sources.Select(source => Markdown.Text(ReportWords.Source(source, scan.At))))}\n\n");
        }

        if (scan.Details.IsEmpty)
        {
            return;
        }

        text.Append("| Severity | Finding | Where | From | What |\n| --- | --- | --- | --- | --- |\n");
        foreach (var finding in scan.Details)
        {
            text.Append($"| {Markdown.Text(finding.Severity)} | {Markdown.Text(finding.Id)} | {Markdown.Code(finding.Subject)} | {ReportWords.Origin(finding)} | {Markdown.Text(finding.Message)} |\n");
        }

        text.Append('\n');
    }

    private static void Gate(StringBuilder text, HealthGateRecord gate)
    {
        text.Append("## Gate\n\n");
        var number = 0;
        foreach (var decision in gate.Decisions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{++number}. {Markdown.Text(decision)}\n");
        }

        text.Append(number > 0 ? "\n" : "");
        if (gate.NewLatency is { Total: > 0 } || gate.OldLatency is { Total: > 0 })
        {
            text.Append("| Latency | Requests | p50 | p90 | p99 |\n| --- | ---: | ---: | ---: | ---: |\n");
            Latency("New", gate.NewLatency);
            Latency("Old", gate.OldLatency);
            text.Append('\n');
        }

        void Latency(string name, LatencyHistogram? histogram)
        {
            var quantiles = Quantiles.Select(quantile => ReportWords.AtMost(histogram?.Quantile(quantile)));
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {histogram?.Total ?? 0} | {string.Join(" | ", quantiles)} |\n");
        }
    }

    private static void Rollback(StringBuilder text, ReleaseReport report)
    {
        if (report.RollbackNote is { } note)
        {
            text.Append($"## To go back\n\n{Markdown.Block(report.RollbackCommand)}\n{Markdown.Text(note)}\n");
        }
    }
}

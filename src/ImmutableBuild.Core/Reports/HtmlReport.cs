using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Reports;

/// <summary>The HTML form: the page, how the release ended, and what went wrong. Its sections are in files of their own.</summary>
internal static class HtmlReport
{
    private static readonly Html Style = ReadStyle();

    public static string Render(ReleaseReport report) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{report.Headline}</title>
        <style>
        {Style}</style>
        </head>
        <body>
        <main>
        {Header(report)}
        {Figures(report)}
        {report.Diagnostics.Select(Diagnostic)}
        {HtmlStages.Render(report)}
        {HtmlImage.Render(report.Record)}
        {HtmlGate.Render(report)}
        <footer>Release <code>{report.Record.ReleaseId}</code>. Everything here comes from <code>release.json</code> beside this file.</footer>
        </main>
        </body>
        </html>

        """).Markup.ReplaceLineEndings("\n");

    private static Html Header(ReleaseReport report)
    {
        var (tone, word) = report.Outcome switch
        {
            ReleaseOutcome.Live => ("good", "Live"),
            ReleaseOutcome.Unchanged => ("good", "Unchanged"),
            ReleaseOutcome.Partial => ("", "Partial"),
            _ => ("bad", "Failed"),
        };
        var compile = report.Record.Compile;
        var committed = compile.CommitTime.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return Html.Of($"""
            <header>
            <span class="badge {tone}">{word}</span>
            <h1>{report.Headline}</h1>
            <p class="soft">Commit <code>{compile.Commit.ToString()}</code>{Html.Of(compile.Branch, branch => Html.Of($" on {branch}"))}, {committed} UTC {Html.When(compile.Dirty, UncommittedChanges)}</p>{Html.Of(report.Record.Promoted, Promoted)}
            {Html.Of(report.Record.HealthGate?.Url, url => Html.Of($"<p>{Link(url)}</p>"))}
            </header>
            """);
    }

    private static Html Promoted(PromoteRecord promoted) =>
        Html.Of($"""<p class="soft">{promoted.ToString()}: <code>{promoted.Repository}@{promoted.Digest.ToString()}</code></p>""");

    private static Html UncommittedChanges() => Html.Of($"""<span class="badge warn">uncommitted changes</span>""");

    private static Html Figures(ReleaseReport report)
    {
        var figures = new List<Html> { Figure("All stages", Units.Duration(report.Elapsed), "") };
        if (report.Record.HealthGate is not null)
        {
            figures.Add(Figure("Requests lost", Units.Counted(report.Record.RequestsLost), "from the switch until the old one was gone"));
        }

        if (report.Record.HealthGate?.SwitchTime is { } switched)
        {
            figures.Add(Figure("Switch", Units.Duration(switched), "to the first answer of the new one"));
        }

        if (report.Record.Bake is { } bake)
        {
            figures.Add(Figure("Image", Units.Bytes(bake.Layers.Sum(layer => layer.Size)), $"{bake.Layers.Count(layer => layer.Reused)} of {Units.Count(bake.Layers.Length, "layer")} re-used"));
        }

        if (report.Record.Scan is { } scan)
        {
            figures.Add(Figure("Scan", ReportWords.Verdict(scan.Verdict), Units.Count(scan.Findings.Values.Sum(), "finding")));
        }

        return Html.Of($"""<dl class="figures">{figures}</dl>""");
    }

    private static Html Figure(string name, string value, string note) =>
        Html.Of($"""<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>""");

    private static Html Diagnostic(Diagnostic diagnostic) => Html.Of($"""
        <section class="card {(diagnostic.Severity == Severity.Error ? "bad" : "warn")}">
        <h3>{diagnostic.Code} {diagnostic.Descriptor.Title}</h3>
        {Html.Of(diagnostic.Location, place => Html.Of($"<p><code>{place.File}({place.Line},{place.Column})</code></p>"))}
        <pre>{diagnostic.Message}</pre>
        <p class="soft">{diagnostic.Descriptor.Cause}</p>
        <p>{diagnostic.Descriptor.Cure}</p>
        </section>

        """);

    /// <summary>A link where the address is one of the web; its text otherwise.</summary>
    private static Html Link(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? Html.Of($"""<a href="{uri.AbsoluteUri}">{address}</a>""")
            : Html.Of($"{address}");

    private static Html ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("ImmutableBuild.Reports.report.css")!;
        using var reader = new StreamReader(stream);
        return new Html(reader.ReadToEnd());
    }
}

using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Reports;

public sealed partial class ReleaseReportTests
{
    public static TheoryData<string> Releases => ["live", "failed", "baked", "hostile"];

    [Theory]
    [MemberData(nameof(Releases))]
    public void Both_forms_are_as_they_were_looked_at(string release)
    {
        var report = ReportOf(release);

        GeneratedFile.ShouldBe($"tests/ImmutableBuild.Tests/Reports/Golden/{release}.md", report.ToMarkdown());
        GeneratedFile.ShouldBe($"tests/ImmutableBuild.Tests/Reports/Golden/{release}.html", report.ToHtml());
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_page_is_well_formed_and_needs_nothing_from_elsewhere(string release)
    {
        var html = ReportOf(release).ToHtml();

        // A page whose tags all close is XML, but for its two kinds of void element.
        var page = XDocument.Parse(VoidElement().Replace(html, "<$1/>"));
        page.Descendants("script").ShouldBeEmpty();
        page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "srcset" or "onload" or "onclick" or "background").ShouldBeEmpty();
        page.Descendants("a").Select(link => new Uri(link.Attribute("href")!.Value).Scheme).ShouldAllBe(scheme => scheme == "http" || scheme == "https");
        html.ShouldNotContain("url(");
        html.ShouldNotContain("@import");
    }

    [Fact]
    public void Text_from_outside_stays_text_in_Markdown()
    {
        var markdown = ReportOf("hostile").ToMarkdown();

        var prose = CodeSpan().Replace(FencedBlock().Replace(markdown, ""), "");
        prose.ShouldNotContain("<script");
        prose.ShouldNotContain("[x](");
        prose.ShouldNotContain("\u001b");
        markdown.ShouldNotContain("\u001b");
    }

    [Fact]
    public void The_same_release_gives_the_same_bytes() =>
        ReportOf("live").ToHtml().ShouldBe(ReportOf("live").ToHtml());

    [Fact]
    public void A_release_that_failed_names_the_first_stage_without_a_result()
    {
        var report = ReportOf("failed");

        report.Outcome.ShouldBe(ReleaseOutcome.Failed);
        report.FailedAt.ShouldBe(StageName.HealthGate);
        report.Headline.ShouldBe("web/production: HealthGate failed");
        report.Stages.Single(row => row.Stage == StageName.DestroyOld).State.ShouldBe(StageState.NotRun);
    }

    [Fact]
    public void A_warning_alone_is_no_failure()
    {
        var warning = new Diagnostic(SampleReleases.GateError, "mind this", Severity.Warning);

        ReleaseReport.Create(SampleReleases.Live(), [warning]).Outcome.ShouldBe(ReleaseOutcome.Live);
    }

    [Fact]
    public void What_was_live_already_is_said_to_be_unchanged()
    {
        var live = SampleReleases.Live();

        ReleaseReport.Create(live with { Deploy = live.Deploy! with { AlreadyLive = true } }, []).Outcome.ShouldBe(ReleaseOutcome.Unchanged);
    }

    [Fact]
    public async Task Both_forms_are_written_beside_the_record()
    {
        var directory = Directory.CreateTempSubdirectory("report");
        try
        {
            var report = ReportOf("live");
            await report.WriteAsync(directory.FullName, TestContext.Current.CancellationToken);
            await report.WriteAsync(directory.FullName, TestContext.Current.CancellationToken);

            directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal).ShouldBe(["release.html", "release.md"]);
            (await File.ReadAllTextAsync(Path.Combine(directory.FullName, "release.html"), TestContext.Current.CancellationToken)).ShouldBe(report.ToHtml());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Two_builds_may_write_them_at_the_same_time()
    {
        var directory = Directory.CreateTempSubdirectory("report");
        try
        {
            var report = ReportOf("live");

            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => report.WriteAsync(directory.FullName, TestContext.Current.CancellationToken)));

            directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal).ShouldBe(["release.html", "release.md"]);
            (await File.ReadAllTextAsync(Path.Combine(directory.FullName, "release.md"), TestContext.Current.CancellationToken)).ShouldBe(report.ToMarkdown());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static ReleaseReport ReportOf(string release)
    {
        (ReleaseRecord Record, ImmutableArray<Diagnostic> Diagnostics) of = release switch
        {
            "live" => (SampleReleases.Live(), []),
            "failed" => SampleReleases.Failed(),
            "baked" => (SampleReleases.Baked(), []),
            "hostile" => SampleReleases.Hostile(),
            _ => throw new ArgumentOutOfRangeException(nameof(release)),
        };
        return ReleaseReport.Create(of.Record, of.Diagnostics);
    }

    [GeneratedRegex("<(meta [^>]*[^/])>")]
    private static partial Regex VoidElement();

    [GeneratedRegex("^````*text\n.*?^````*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex("(`+)[^`].*?\\1")]
    private static partial Regex CodeSpan();
}

using ImmutableBuild.Errors;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Feeds;
using ImmutableBuild.Scanning.Versions;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning.Feeds;

/// <summary>NuGet's protocol for vulnerable packages (learn.microsoft.com/nuget/api/vulnerability-info).</summary>
public sealed class NuGetFeedTests : IAsyncLifetime
{
    private const string Page = """{"newtonsoft.json":[{"severity":2,"url":"https://github.test/advisories/GHSA-5crp-9r3c-p9vr","versions":"(, 13.0.1)"}]}""";

    private readonly ScannedImage _image = new();
    private readonly MovingTime _time = new() { Now = StageContexts.Now };
    private FakeFeed? _feed;

    private FakeFeed Feed => _feed!;

    public async ValueTask InitializeAsync() => _feed = await FakeFeed.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _image.Dispose();
        await Feed.DisposeAsync();
    }

    [Fact]
    public async Task What_it_tells_is_found()
    {
        Feed.Tell(Page);
        var result = await ScanAsync();
        var finding = result.Findings.ShouldHaveSingleItem();
        (finding.Id, finding.Severity, finding.Fix).ShouldBe(("GHSA-5crp-9r3c-p9vr", FindingSeverity.High, "13.0.1"));
        result.NotAssessed.ShouldBeEmpty();
        result.Sources.ShouldHaveSingleItem().Fetched.ShouldBe(StageContexts.Now);
    }

    [Fact]
    public async Task Pages_add_up_and_one_may_be_empty()
    {
        Feed.Tell("[]", "{}", Page, """{"newtonsoft.json":[{"severity":3,"url":"https://github.test/advisories/GHSA-2","versions":"[12.0.1]"}],"other":[{"severity":3,"url":"x","versions":"(, 2.0.0)"}]}""");
        (await ScanAsync()).Findings.Select(finding => (finding.Id, finding.Severity)).ShouldBe([("GHSA-2", FindingSeverity.Critical), ("GHSA-5crp-9r3c-p9vr", FindingSeverity.High)]);
    }

    [Fact]
    public async Task A_feed_that_knows_of_nothing_vulnerable_says_that_all_is_well()
    {
        Feed.Tell("{}");
        var result = await ScanAsync();
        result.Verdict(ScanGate.Of(new ScanOptions())).ShouldBe("pass");
    }

    [Fact]
    public async Task N1_a_feed_that_does_not_tell_is_never_one_that_found_nothing()
    {
        Feed.Documents["/v3/index.json"] = """{"version":"3.0.0","resources":[{"@id":"BASE/flat/","@type":"PackageBaseAddress/3.0.0"}]}""";
        (await ScanAsync()).NotAssessed.ShouldContain(reason => reason.Contains("does not tell which packages are vulnerable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task N1_a_feed_that_cannot_be_had_is_said()
    {
        (await ScanAsync()).NotAssessed.ShouldContain(reason => reason.Contains("answered 404", StringComparison.Ordinal));
        await Feed.DisposeAsync();
        (await ScanAsync()).NotAssessed.ShouldContain(reason => reason.Contains("could not be fetched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_points_elsewhere_without_TLS_is_not_fetched()
    {
        Feed.Tell(Page);
        Feed.Documents["/vulnerabilities/index.json"] = """[{"@name":"base","@id":"http://elsewhere.test/page.json","@updated":"2026-11-20T06:14:58Z"}]""";
        (await ScanAsync()).NotAssessed.ShouldContain(reason => reason.Contains("http://elsewhere.test/page.json is neither https nor on this machine", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v3/index.json", "not json")]
    [InlineData("/v3/index.json", """{"resources":7}""")]
    [InlineData("/vulnerabilities/index.json", "{}")]
    [InlineData("/vulnerabilities/index.json", "[]")]
    [InlineData("/vulnerabilities/0.json", "7")]
    [InlineData("/vulnerabilities/0.json", """{"a":{}}""")]
    [InlineData("/vulnerabilities/0.json", """{"a":[{"severity":1,"url":"x","versions":"before lunch"}]}""")]
    [InlineData("/vulnerabilities/0.json", """{"a":[{"severity":1,"versions":"(, 1.0.0)"}]}""")]
    public async Task N3_what_is_not_of_the_protocol_is_an_error(string path, string content)
    {
        Feed.Tell(Page);
        Feed.Documents[path] = content;
        (await Should.ThrowAsync<ImmutableBuildException>(ScanAsync())).Code.ShouldBe("IMB3017");
    }

    [Fact]
    public async Task What_is_fresh_is_not_asked_for_again_and_what_is_not_is()
    {
        Feed.Tell(Page);
        await ScanAsync();
        var first = Feed.Requests.Count;
        _time.Now += TimeSpan.FromHours(23);
        await ScanAsync();
        Feed.Requests.Count.ShouldBe(first, "offline by default while the cache is fresh");
        _time.Now += TimeSpan.FromHours(2);
        (await ScanAsync()).Sources.ShouldHaveSingleItem().Fetched.ShouldBe(_time.Now);
        Feed.Requests.Count.ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task A_feed_that_is_gone_is_used_as_it_was_and_its_age_tells()
    {
        Feed.Tell(Page);
        await ScanAsync();
        await Feed.DisposeAsync();
        _time.Now += TimeSpan.FromDays(20);
        var result = await ScanAsync();
        result.Findings.Length.ShouldBe(1);
        result.Sources.ShouldHaveSingleItem().AsOf.ShouldBe(StageContexts.Now);
        ScanLines.Source("feed", result.Sources[0].AsOf, _time.Now).ShouldBe("feed (20 days old)");
    }

    // learn.microsoft.com/nuget/concepts/package-versioning, "Version ranges".
    [Theory]
    [InlineData("1.0", "0.9", false)]
    [InlineData("1.0", "1.0", true)]
    [InlineData("1.0", "99.0", true)]
    [InlineData("(1.0,)", "1.0", false)]
    [InlineData("(1.0,)", "1.0.0.1", true)]
    [InlineData("[1.0]", "1.0", true)]
    [InlineData("[1.0]", "1.0.1", false)]
    [InlineData("[1.0]", "0.9", false)]
    [InlineData("(,1.0]", "1.0", true)]
    [InlineData("(,1.0]", "1.0.1", false)]
    [InlineData("(,1.0)", "1.0", false)]
    [InlineData("(,1.0)", "1.0.0-rc.1", true)]
    [InlineData("[1.0,2.0]", "2.0", true)]
    [InlineData("[1.0,2.0]", "2.0.1", false)]
    [InlineData("(1.0,2.0)", "1.0", false)]
    [InlineData("(1.0,2.0)", "1.5", true)]
    [InlineData("(1.0,2.0)", "2.0", false)]
    [InlineData("[1.0,2.0)", "1.0", true)]
    [InlineData("[1.0,2.0)", "2.0.0-preview", true)]
    [InlineData("(, 2.0.0)", "0.0.1-alpha", true)]
    public void Ranges_are_NuGets_own(string range, string version, bool affected) =>
        AffectedVersions.Include(new AffectedPackage("NuGet", "x", [NuGetFeed.EventsOf(range)], []), version, VersionOrder.NuGet).ShouldBe(affected);

    private Task<ScanResult> ScanAsync()
    {
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Scan = new ScanOptions { NuGetAudit = Feed.Index } });
        return _image.ScanAsync(null, VulnerabilitySources.Of(context with { Time = _time }));
    }

    private sealed class MovingTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

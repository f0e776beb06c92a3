using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Tests.Generated;
using Json.Schema;

namespace ImmutableBuild.Tests.Scanning.Dismissals;

public sealed class IgnoreFileTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    private static readonly Finding Vulnerable = new()
    {
        Id = "CVE-2024-21907",
        Aliases = ["GHSA-5crp-9r3c-p9vr"],
        Severity = FindingSeverity.High,
        Subject = "Newtonsoft.Json 12.0.1",
        Message = "",
        WayOut = "",
        Path = "app/Shop.deps.json",
        Purl = "pkg:nuget/Newtonsoft.Json@12.0.1",
    };

    [Theory]
    [InlineData("""{"id":"CVE-2024-21907"}""", true)]
    [InlineData("""{"id":"ghsa-5crp-9r3c-p9vr"}""", true)]
    [InlineData("""{"id":"CVE-2024-21908"}""", false)]
    [InlineData("""{"id":"CVE-2024-21907","purl":"pkg:nuget/newtonsoft.json"}""", true)]
    [InlineData("""{"id":"CVE-2024-21907","purl":"pkg:nuget/Newtonsoft.Json@12.0.1"}""", true)]
    [InlineData("""{"id":"CVE-2024-21907","purl":"pkg:nuget/Newtonsoft.Json@12.0.2"}""", false)]
    [InlineData("""{"id":"CVE-2024-21907","purl":"pkg:nuget/Newtonsoft"}""", false)]
    [InlineData("""{"id":"CVE-2024-21907","path":"/app/Shop.deps.json"}""", true)]
    [InlineData("""{"id":"CVE-2024-21907","path":"app/*.json"}""", true)]
    [InlineData("""{"id":"CVE-2024-21907","path":"lib/*"}""", false)]
    public void An_entry_covers_what_all_of_it_fits(string entry, bool covers) => Read(entry).Covers(Vulnerable).ShouldBe(covers);

    [Theory]
    [InlineData("pkg:deb/debian/libssl3", true)]
    [InlineData("pkg:deb/debian/libssl3@3.0.11-1~deb12u2", true)]
    [InlineData("pkg:deb/debian/libssl3?arch=amd64", true)]
    [InlineData("pkg:deb/debian/libssl3?arch=arm64", false)]
    [InlineData("pkg:deb/debian/LIBSSL3", false)]
    [InlineData("pkg:deb/ubuntu/libssl3", false)]
    public void A_package_is_named_as_exactly_as_one_likes(string pattern, bool matches) =>
        PackagePattern.Parse(pattern).Matches("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12").ShouldBe(matches);

    [Fact]
    public void A_content_rule_is_ignored_by_its_code()
    {
        var rule = new Finding { Id = "IMB3106", Severity = FindingSeverity.Low, Subject = "/app/tool", Message = "", WayOut = "", Path = "app/tool" };
        Read("""{"id":"IMB3106","path":"app/tool"}""").Covers(rule).ShouldBeTrue();
        Read("""{"id":"IMB3106","purl":"pkg:nuget/x"}""").Covers(rule).ShouldBeFalse("it is no package's");
    }

    [Theory]
    [InlineData("2026-11-20", true)]
    [InlineData("2026-11-21", false)]
    [InlineData("2027-11-22", false)]
    public void It_holds_to_the_end_of_its_day(string expires, bool isExpired) => Read("""{"id":"x"}""", expires).IsExpired(Today).ShouldBe(isExpired);

    [Theory]
    [InlineData("""{"ignore":[{"id":"x","expires":"2027-01-01"}]}""", "'reason' is missing")]
    [InlineData("""{"ignore":[{"id":"x","reason":" ","expires":"2027-01-01"}]}""", "'reason' is missing")]
    [InlineData("""{"ignore":[{"id":"x","reason":"r"}]}""", "'expires' is missing")]
    [InlineData("""{"ignore":[{"reason":"r","expires":"2027-01-01"}]}""", "'id' is missing")]
    [InlineData("""{"ignore":[{"id":"x","reason":"r","expires":"tomorrow"}]}""", "expected a day")]
    [InlineData("""{"ignore":[{"id":"x","reason":"r","expires":"2027-11-23"}]}""", "at most a year ahead")]
    [InlineData("""{"ignore":[{"id":"x","reason":"r","expires":"2027-01-01","pulr":"pkg:nuget/x"}]}""", "'pulr' is not known")]
    [InlineData("""{"ignore":[{"id":"x","reason":"r","expires":"2027-01-01","purl":"Newtonsoft.Json"}]}""", "no package URL")]
    [InlineData("""{"ignored":[]}""", "'ignored' is not known")]
    [InlineData("""{"ignore":{}}""", "expected Array")]
    [InlineData("""{"ignore":[],"ignore":[]}""", "uplicate")]
    [InlineData("[]", "an object was expected")]
    [InlineData("", "JSON")]
    public void N7_an_entry_without_reason_or_expiry_or_that_is_not_understood_is_refused(string json, string why)
    {
        var fault = Should.Throw<ImmutableBuildException>(() => IgnoreFile.Read(Encoding.UTF8.GetBytes(json), "immutable.ignore.json", Today));
        fault.Code.ShouldBe("IMB3010");
        fault.Message.ShouldContain(why);
    }

    [Fact]
    public void The_documented_example_is_read_and_fits_the_documented_schema()
    {
        var page = File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), "docs/vulnerabilities.md"));
        var blocks = page.Split("```json\n").Skip(1).Select(block => block.Split("```")[0]).ToArray();
        IgnoreFile.Read(Encoding.UTF8.GetBytes(blocks[0]), "docs", Today).Length.ShouldBe(2);

        var schema = JsonSchema.FromText(blocks[1]);
        using var example = JsonDocument.Parse(blocks[0]);
        schema.Evaluate(example.RootElement).IsValid.ShouldBeTrue();
        using var slip = JsonDocument.Parse(blocks[0].Replace("\"expires\"", "\"expiry\"", StringComparison.Ordinal));
        schema.Evaluate(slip.RootElement).IsValid.ShouldBeFalse();
    }

    private static Dismissal Read(string entry, string expires = "2027-01-01") => IgnoreFile
        .Read(Encoding.UTF8.GetBytes($$"""{"ignore":[{{entry.TrimEnd('}')}},"reason":"r","owner":"team","expires":"{{expires}}"}]}"""), "f", Today).ShouldHaveSingleItem();
}

using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Dismissals;

namespace ImmutableBuild.Tests.Scanning.Dismissals;

/// <summary>OpenVEX 0.2.0 (github.com/openvex/spec).</summary>
public sealed class OpenVexTests
{
    private static readonly string Image = "sha256:" + new string('a', 64);

    private static readonly Finding Vulnerable = new()
    {
        Id = "CVE-2024-21907",
        Severity = FindingSeverity.High,
        Subject = "Newtonsoft.Json 12.0.1",
        Message = "",
        WayOut = "",
        Purl = "pkg:nuget/Newtonsoft.Json@12.0.1",
    };

    public static TheoryData<string, bool> Products => new()
    {
        { """{"@id":"pkg:nuget/Newtonsoft.Json@12.0.1"}""", true },
        { """{"@id":"https://example.test/x","identifiers":{"purl":"pkg:nuget/Newtonsoft.Json@12.0.1"}}""", true },
        { """{"@id":"pkg:nuget/Newtonsoft.Json@12.0.2"}""", false },
        { """{"@id":"pkg:nuget/Other@12.0.1"}""", false },
        { $$"""{"@id":"pkg:oci/shop@{{Image}}"}""", true },
        { $$"""{"@id":"pkg:oci/shop@sha256%3A{{new string('a', 64)}}?repository_url=registry.test/shop"}""", true },
        { $$"""{"@id":"registry.test/shop@{{Image}}","subcomponents":[{"@id":"pkg:nuget/Newtonsoft.Json"}]}""", true },
        { $$"""{"@id":"pkg:oci/shop@{{Image}}","subcomponents":[{"@id":"pkg:nuget/Other"}]}""", false },
        { $$"""{"@id":"pkg:oci/shop@sha256:{{new string('b', 64)}}"}""", false },
        { """{"@id":"pkg:oci/shop"}""", false },
        { """{"@id":"https://example.test/another-product"}""", false },
        { """{"@id":"pkg:nuget/Framework@1.0.0","subcomponents":[{"@id":"pkg:nuget/Newtonsoft.Json@12.0.1"}]}""", false },
    };

    [Theory]
    [MemberData(nameof(Products))]
    public void N8_a_statement_speaks_of_the_products_it_names_and_of_no_other(string product, bool covers) =>
        Covers(Document($$"""{"vulnerability":{"name":"CVE-2024-21907"},"products":[{{product}}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}""")).ShouldBe(covers);

    [Theory]
    [InlineData("not_affected", true)]
    [InlineData("fixed", true)]
    [InlineData("affected", false)]
    [InlineData("under_investigation", false)]
    public void Only_what_is_not_affected_or_fixed_does_not_count(string status, bool covers) => Covers(Document(Statement(status))).ShouldBe(covers);

    [Fact]
    public void The_later_of_two_statements_holds_wherever_it_stands()
    {
        var (older, newer) = (Statement("not_affected", "2026-01-01T00:00:00Z"), Statement("affected", "2026-02-01T00:00:00Z"));
        Covers(Document(older, newer)).ShouldBeFalse();
        Covers(Document(newer, older)).ShouldBeFalse();
        Covers(Document(Statement("not_affected", "2026-03-01T00:00:00Z"), newer)).ShouldBeTrue();
    }

    [Fact]
    public void The_reason_is_the_documents_own() =>
        OpenVex.Read(Encoding.UTF8.GetBytes(Document(Statement("not_affected"))), "f").ShouldHaveSingleItem().Reason.ShouldBe("not_affected: vulnerable_code_not_in_execute_path: we never parse input");

    [Theory]
    [InlineData("""{"vulnerability":{"name":"x"},"products":[{"@id":"pkg:nuget/x"}],"status":"not_affected"}""", "neither justification nor impact_statement")]
    [InlineData("""{"vulnerability":{"name":"x"},"status":"fixed"}""", "names no product")]
    [InlineData("""{"vulnerability":{"name":"x"},"products":[{}],"status":"fixed"}""", "neither '@id' nor a purl")]
    [InlineData("""{"products":[{"@id":"pkg:nuget/x"}],"status":"fixed"}""", "names no vulnerability")]
    [InlineData("""{"vulnerability":{"name":"x"},"products":[{"@id":"pkg:nuget/x"}],"status":"harmless"}""", "'harmless' is not known")]
    [InlineData("""{"vulnerability":{"name":"x"},"products":[{"@id":"pkg:nuget/x"}],"status":"fixed","timestamp":"yesterday"}""", "is no time")]
    [InlineData("7", "an object with 'status' was expected")]
    public void A_statement_that_lacks_what_it_needs_is_refused(string statement, string why)
    {
        var fault = Should.Throw<ImmutableBuildException>(() => OpenVex.Read(Encoding.UTF8.GetBytes(Document(statement)), "vendor.vex.json"));
        fault.Code.ShouldBe("IMB3013");
        fault.Message.ShouldContain(why);
        fault.Message.ShouldContain("vendor.vex.json");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"@context":"https://cyclonedx.org","statements":[]}""")]
    [InlineData("""{"bomFormat":"CycloneDX"}""")]
    [InlineData("not json")]
    public void What_is_no_OpenVEX_document_is_refused(string json) =>
        Should.Throw<ImmutableBuildException>(() => OpenVex.Read(Encoding.UTF8.GetBytes(json), "f")).Code.ShouldBe("IMB3013");

    private static bool Covers(string document) => OpenVex.Read(Encoding.UTF8.GetBytes(document), "f")
        .Any(dismissal => dismissal.Covers(Vulnerable) && (dismissal.Images.IsEmpty || dismissal.Images.Contains(Image)));

    private static string Statement(string status, string time = "2026-01-01T00:00:00Z") => $$"""
        {"timestamp":"{{time}}","vulnerability":{"@id":"https://nvd.test/CVE-2024-21907","name":"CVE-2024-21907"},"products":[{"@id":"pkg:nuget/Newtonsoft.Json@12.0.1"}],
         "status":"{{status}}","justification":"vulnerable_code_not_in_execute_path","impact_statement":"we never parse input"}
        """;

    private static string Document(params string[] statements) => $$"""
        {"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.test/vex/1","author":"us","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{{string.Join(',', statements)}}]}
        """;
}

using System.Text;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Content;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>What is unusual is looked at like anything else, and what is not known is not taken for harmless.</summary>
public sealed class NeverTakenForHarmlessTests : IDisposable
{
    private static readonly OsRelease Debian = new("debian", "12", "Debian GNU/Linux 12 (bookworm)");

    // Put together here, so that no scanner of this repository takes it for a real one.
    private static readonly string GitHubToken = "ghp_" + string.Concat(Enumerable.Repeat("aB3dE6", 6));

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("install ok installed", true)]
    [InlineData("hold ok installed", true)]
    [InlineData("install ok triggers-pending", true)]
    [InlineData("install ok triggers-awaited", true)]
    [InlineData("install ok half-configured", true)]
    [InlineData("install ok unpacked", true)]
    [InlineData("install reinstreq half-installed", true)]
    [InlineData("deinstall ok config-files", false)]
    [InlineData("purge ok not-installed", false)]
    public void A_package_counts_as_soon_as_its_files_are_there(string status, bool counts) =>
        DpkgDatabase.Read($"Package: libssl3\nStatus: {status}\nVersion: 3.0.11\n", Debian, "var/lib/dpkg/status", default).Length.ShouldBe(counts ? 1 : 0);

    [Theory]
    [InlineData("LOW")]
    [InlineData("MODERATE")]
    public async Task A_mild_advisory_does_not_speak_for_one_without_a_severity(string mild)
    {
        Write("known.json", $$"""{"id":"CVE-1","database_specific":{"severity":"{{mild}}"},"affected":[{"package":{"ecosystem":"Debian:12","name":"libssl3"},"versions":["3.0.11"]}]}""");
        Write("unknown.json", """{"id":"CVE-2","affected":[{"package":{"ecosystem":"Debian:12","name":"libssl3"},"versions":["3.0.11"]}]}""");
        Write("both.json", $$"""{"id":"DSA-1","upstream":["CVE-1","CVE-2"],"database_specific":{"severity":"{{mild}}"},"affected":[{"package":{"ecosystem":"Debian:12","name":"libssl3"},"versions":["3.0.11"]}]}""");
        var package = DpkgDatabase.Read("Package: libssl3\nVersion: 3.0.11\n", Debian, "var/lib/dpkg/status", default);

        var advisories = await AdvisoryDirectory.ReadAsync(_scratch.Path, TestContext.Current.CancellationToken);

        AdvisoryMatcher.Match(package, advisories, "osv").ShouldHaveSingleItem().Severity.ShouldBe(FindingSeverity.Unknown);
    }

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "utf-32", "utf-32BE", "iso-8859-1"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_token_is_found_in_text_of_any_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes($"# größe\r\ntoken: {GitHubToken}\r\n")];

        (await FindingsAsync(content)).ShouldHaveSingleItem().Subject.ShouldBe("/app/config.yml:2");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task UTF_16_is_known_without_its_mark(string name) =>
        (await FindingsAsync(Encoding.GetEncoding(name).GetBytes($"token: {GitHubToken}\n"))).ShouldHaveSingleItem().Id.ShouldBe("IMB3104");

    [Fact]
    public void A_binary_file_is_no_text()
    {
        TextContent.Of([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).ShouldBeNull();
        TextContent.Of([1, 2, 3, 0, 5, 6, 7, 8, 9]).ShouldBeNull();
        TextContent.Of([]).ShouldBe("");
    }

    private static async Task<IEnumerable<Finding>> FindingsAsync(byte[] content)
    {
        using var image = new ScannedImage();
        image.App.Entry('0', "app/config.yml", content);
        return (await image.ScanAsync()).Findings;
    }

    private void Write(string name, string json) => File.WriteAllText(_scratch[name], json);
}

using System.Text.Json.Nodes;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Tests.Images.Layers;

public sealed class StaticAssetEndpointsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => Path.Combine(_directory["out"], "Web.staticwebassets.endpoints.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_time_of_the_checkout_makes_no_difference()
    {
        var monday = Settled(Manifest("content+of/it=", "Mon, 23 Nov 2026 06:14:20 GMT"));
        var sunday = Settled(Manifest("content+of/it=", "Sun, 29 Nov 2026 06:14:20 GMT"));

        sunday.ShouldBe(monday);
        sunday.ShouldNotContain("2026");
        sunday.ShouldContain("content+of/it=", customMessage: "all else stays as the SDK wrote it");
    }

    [Fact]
    public void Another_content_has_another_time_so_that_nobody_keeps_the_old_one()
    {
        TimeIn(Settled(Manifest("one", "Sun, 29 Nov 2026 06:14:20 GMT"))).ShouldNotBe(TimeIn(Settled(Manifest("other", "Sun, 29 Nov 2026 06:14:20 GMT"))));
        DateTimeOffset.Parse(TimeIn(Settled(Manifest("one", "Sun, 29 Nov 2026 06:14:20 GMT"))), System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Settled_again_it_is_the_same()
    {
        var once = Settled(Manifest("one", "Sun, 29 Nov 2026 06:14:20 GMT"));

        Settled(once).ShouldBe(once);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"Endpoints":[{"ResponseHeaders":[]},7,{}]}""")]
    public void One_without_times_is_left_alone(string content) => Settled(content).ShouldBe(content);

    [Fact]
    public void A_damaged_one_is_named()
    {
        var fault = Should.Throw<ImmutableBuildException>(() => Settled("{"));

        fault.Code.ShouldBe("IMB2012");
        fault.Message.ShouldContain(File);
    }

    private string Settled(string content)
    {
        Directory.CreateDirectory(_directory["out"]);
        System.IO.File.WriteAllText(File, content);
        StaticAssetEndpoints.Settle(_directory["out"]);
        return System.IO.File.ReadAllText(File);
    }

    private static string Manifest(string content, string time) =>
        $$"""{"Version":1,"Endpoints":[{"Route":"index.html","ResponseHeaders":[{"Name":"ETag","Value":"\"{{content}}\""},{"Name":"Last-Modified","Value":"{{time}}"}]}]}""";

    private static string TimeIn(string content) => JsonNode.Parse(content)!["Endpoints"]![0]!["ResponseHeaders"]![1]!["Value"]!.ToString();
}

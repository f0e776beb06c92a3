using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>Our order of Debian versions against the real dpkg's.</summary>
public sealed class DpkgOracleTests
{
    [Fact]
    public async Task Dpkg_agrees_on_random_versions()
    {
        Assert.SkipWhen(SystemProgram.Find("dpkg") is null, "dpkg is not on the PATH.");
        var random = new Random(20261121);
        var pairs = Enumerable.Range(0, 400).Select(_ => (Left: Version(random), Right: Version(random))).ToArray();

        // One shell asks for all of them: a process for each would take minutes.
        var script = string.Concat(pairs.Select(pair => $"dpkg --compare-versions '{pair.Left}' lt '{pair.Right}' && echo lt || {{ dpkg --compare-versions '{pair.Left}' eq '{pair.Right}' && echo eq || echo gt; }}\n"));
        var (code, output) = await SystemProgram.RunAsync("sh", ["-c", script]);
        code.ShouldBe(0, output);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        said.Length.ShouldBe(pairs.Length, output);
        said.Distinct().Count().ShouldBe(3, "the versions are near enough to each other to be equal at times");
        for (var i = 0; i < pairs.Length; i++)
        {
            Math.Sign(DpkgVersion.Compare(pairs[i].Left, pairs[i].Right)).ShouldBe(said[i] switch { "lt" => -1, "gt" => 1, _ => 0 }, $"{pairs[i]}");
            DpkgVersion.IsVersion(pairs[i].Left).ShouldBeTrue(pairs[i].Left);
        }
    }

    private static string Version(Random random)
    {
        string[] pieces = ["0", "1", "2", "10", "01", ".", "~", "+", "a", "rc", "deb"];
        var upstream = string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => pieces[random.Next(pieces.Length)]));
        var epoch = random.Next(4) == 0 ? "0:" : "";
        var revision = random.Next(2) == 0 ? $"-{pieces[random.Next(5)]}{pieces[random.Next(pieces.Length)]}" : "";
        return $"{epoch}{random.Next(2)}{upstream}{revision}";
    }
}

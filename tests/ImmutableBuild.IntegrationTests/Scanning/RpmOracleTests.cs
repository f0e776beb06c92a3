using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>Our order of rpm versions against the real rpm's.</summary>
public sealed class RpmOracleTests
{
    [Fact]
    public async Task Rpm_agrees_on_random_versions()
    {
        SystemProgram.SkipUnlessInstalled("rpm");
        var random = new Random(20261129);
        var pairs = Enumerable.Range(0, 2000).Select(_ => (Left: Version(random), Right: Version(random))).ToArray();

        var script = string.Concat(pairs.Select(pair => $"print(rpm.vercmp('{pair.Left}','{pair.Right}')..' ') "));
        var output = await SystemProgram.SucceedAsync("rpm", ["--eval", $"%{{lua:{script}}}"]);

        var said = output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
        said.Length.ShouldBe(pairs.Length, output);
        said.Distinct().Count().ShouldBe(3, "the versions are near enough to each other to be equal at times");
        for (var i = 0; i < pairs.Length; i++)
        {
            Math.Sign(RpmVersion.Compare(pairs[i].Left, pairs[i].Right)).ShouldBe(said[i], $"{pairs[i]}");
        }
    }

    private static string Version(Random random)
    {
        string[] pieces = ["0", "1", "2", "10", "01", ".", "_", "~", "^", "+", "a", "rc", "el9"];
        string Part(int least) => string.Concat(Enumerable.Range(0, random.Next(least, 5)).Select(_ => pieces[random.Next(pieces.Length)]));
        var epoch = random.Next(4) == 0 ? $"{random.Next(2)}:" : "";
        var release = random.Next(2) == 0 ? $"-{random.Next(3)}{Part(0)}" : "";
        return $"{epoch}{random.Next(2)}{Part(0)}{release}";
    }
}

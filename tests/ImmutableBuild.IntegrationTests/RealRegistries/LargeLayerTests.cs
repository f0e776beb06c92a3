using System.Globalization;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.ReleaseDriver;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>
/// How much memory a process needs to bake and push one large layer into a registry no one here wrote: no more than for a small one. The layer is of
/// 512 MB; IMMUTABLE_LAYER_MEGABYTES makes it another size.
/// </summary>
public sealed class LargeLayerTests
{
    private const int MostKilobytes = 200 * 1024;

    [Fact]
    public async Task Memory_does_not_grow_with_the_layer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The peak is read of /proc.");
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        var megabytes = long.Parse(Environment.GetEnvironmentVariable("IMMUTABLE_LAYER_MEGABYTES") ?? "512", CultureInfo.InvariantCulture);
        var directory = Directory.CreateTempSubdirectory("imb-large-").FullName;
        try
        {
            var said = await SystemProgram.SucceedAsync("dotnet", [typeof(DriverPlan).Assembly.Location, "image", directory, registry.Host, $"{megabytes}"]);

            TestContext.Current.SendDiagnosticMessage(said);
            var (sent, peak) = said.Split(' ') is [var bytes, _, var kilobytes, _] ? (long.Parse(bytes, CultureInfo.InvariantCulture), int.Parse(kilobytes, CultureInfo.InvariantCulture)) : default;
            sent.ShouldBeGreaterThan(megabytes * 1024 * 1024, "it can't be made smaller");
            peak.ShouldBeInRange(1, MostKilobytes, said);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

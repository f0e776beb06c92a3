using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Files that someone changed under a process that runs, and what a heal makes of it.</summary>
[Trait("Fault", "F37")]
public sealed class DriftTests(ITestOutputHelper output) : OnLocalBed
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_changed_behind_its_own_back_is_seen_and_mended_under_load()
    {
        var spec = Bed.Spec(Bed.App, version: 1, instances: 2);
        await Bed.ReleaseAsync(spec);
        (await FindAsync()).Findings.ShouldBeEmpty();
        var file = Directory.EnumerateFiles(Path.Combine(Bed.Layout.Image(spec.Image), "rootfs"), "version.txt", SearchOption.AllDirectories).Single();
        var (released, written) = (await File.ReadAllTextAsync(file, Ct), File.GetLastWriteTimeUtc(file));
        await File.WriteAllTextAsync(file, new string('x', released.Length), Ct);
        File.SetLastWriteTimeUtc(file, written);

        var seen = await FindAsync();
        await using var load = await Bed.LoadAsync(50);
        var healed = await HealAsync();
        var result = await load.StopAsync();

        seen.Findings.Select(finding => (finding.Instance, finding.Kind, finding.Found)).ShouldBe([("0", DriftKind.Files, "changed"), ("1", DriftKind.Files, "changed")]);
        healed.Healed.Select(instance => (instance.Drifted, instance.Fresh)).ShouldBe([("0", "2"), ("1", "3")]);
        healed.Remaining.Findings.ShouldBeEmpty();
        (await File.ReadAllTextAsync(file, Ct)).ShouldBe(released);
        result.Failed.ShouldBe(0, $"{result}");
        LocalProcesses.InstancesOf(Bed.Layout.Root, spec.Id).Count.ShouldBe(2);
        (await Bed.Target.ObserveAsync(Bed.App, Ct)).Ledger[^1].Cause.ShouldBe(LedgerCause.Heal);
    }

    [Fact]
    public async Task Files_added_and_deleted_are_seen()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var root = Path.Combine(Bed.Layout.Image(spec.Image), "rootfs");
        var file = Directory.EnumerateFiles(root, "version.txt", SearchOption.AllDirectories).Single();
        foreach (var directory in new[] { root, Path.GetDirectoryName(file)! })
        {
            LocalBed.LetWrite(directory);
        }

        File.Delete(file);
        await File.WriteAllTextAsync(Path.Combine(root, "planted"), "x", Ct);

        (await FindAsync()).Findings.Select(finding => finding.Found).ShouldBe(["deleted", "added"], ignoreOrder: true);
    }

    private Task<DriftReport> FindAsync() => DriftReport.FindAsync(Bed.Elsewhere, Bed.App, TimeProvider.System, Ct);

    private Task<HealResult> HealAsync() => new Heal(Bed.Target, new AnyImage(), TimeProvider.System, new LinesReporter(output)).RunAsync(Bed.App, new RolloutPlan(), Ct);
}

using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What someone does by hand to what runs is seen by its kind, and mended under load without a request lost.</summary>
[Collection(DockerAppsCollection.Name)]
[Trait("Fault", "F37")]
public sealed class DriftTests(DockerEngine engine, DockerApps apps, HandedOnApp mended, ITestOutputHelper output) : IClassFixture<HandedOnApp>, IAsyncDisposable
{
    private DockerTargetBed? _bed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DockerTargetBed Bed => _bed ??= new DockerTargetBed(engine, apps);

    private AppNames Names => new(Bed.App);

    public ValueTask DisposeAsync() => _bed?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public Task A_process_that_someone_started_in_it() => IsSeenAndMendedAsync(
        (DriftKind.Processes, "process /app/ImmutableBuild.TestApp"),
        async (_, container) =>
        {
            var exec = await Bed.Client.Exec.ExecCreateContainerAsync(container, new ContainerExecCreateParameters { Cmd = ["/app/ImmutableBuild.TestApp"], Env = ["TESTAPP_NEVER_LISTEN=1"], AttachStdout = false, AttachStderr = false }, Token);
            await Bed.Client.Exec.StartContainerExecAsync(exec.ID, Token);

            // For a moment it is still the runtime's own program.
            while ((await Bed.Client.Containers.ListProcessesAsync(container, null, Token)).Processes.Count(row => row.Any(cell => cell.Contains("ImmutableBuild.TestApp", StringComparison.Ordinal))) < 2)
            {
                await Task.Delay(50, Token);
            }
        });

    [Fact]
    public Task A_limit_that_someone_moved() => IsSeenAndMendedAsync(
        (DriftKind.Limits, "memory"), (_, container) => DockerAsync("update", "--memory", "400m", "--memory-swap", "400m", container));

    [Fact]
    public Task An_instance_that_someone_holds() => IsSeenAndMendedAsync((DriftKind.State, "container"), (_, container) => Bed.Client.Containers.PauseContainerAsync(container, Token));

    [Fact]
    public Task An_instance_that_someone_stopped() =>
        IsSeenAndMendedAsync((DriftKind.State, "container"), (_, container) => Bed.Client.Containers.StopContainerAsync(container, new ContainerStopParameters(), Token));

    [Fact]
    public Task An_instance_that_someone_removed() => IsSeenAndMendedAsync((DriftKind.Missing, "container"), (_, container) => RemoveAsync(container));

    [Fact]
    public async Task A_network_that_someone_connected()
    {
        await using var other = engine.OpenOrSkip();
        await other.Client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = other.Name, Labels = other.Labels }, Token);
        try
        {
            await IsSeenAndMendedAsync((DriftKind.Network, $"network {other.Name}"), (_, container) => Bed.Client.Networks.ConnectNetworkAsync(other.Name, new NetworkConnectParameters(container), Token));
        }
        finally
        {
            foreach (var there in (await other.Client.Networks.InspectNetworkAsync(other.Name, Token)).Containers ?? new Dictionary<string, NetworkContainer>())
            {
                await other.Client.Networks.DisconnectNetworkAsync(other.Name, new NetworkDisconnectParameters(there.Key, Force: true), Token);
            }
        }
    }

    [Fact]
    public Task A_variable_in_a_container_made_by_hand() => IsSeenAndMendedAsync(
        (DriftKind.Configuration, "variable EXTRA"), (spec, container) => MakeByHandAsync(spec, container, plan => plan with { Env = [.. plan.Env!, "EXTRA=very secret"] }));

    [Fact]
    public Task Another_image_in_a_container_made_by_hand() => IsSeenAndMendedAsync((DriftKind.Image, "image"), async (spec, container) =>
    {
        var other = await apps.EnsureImageAsync(Bed.Client, Bed.Spec(Bed.App, AppVariant.Healthy, version: 2), Token);
        await MakeByHandAsync(spec, container, plan => plan with { Image = other });
    });

    [Fact]
    public async Task A_file_in_a_container_made_by_hand_with_a_root_that_can_be_written()
    {
        await IsSeenAndMendedAsync((DriftKind.Files, "/app/planted.txt"), async (spec, container) =>
        {
            await MakeByHandAsync(spec, container, plan => plan with { HostConfig = plan.HostConfig! with { ReadonlyRootfs = false } });
            await WriteAsync(container, "app/planted.txt");
        }, alsoFound: (DriftKind.Hardening, "read-only root"));
    }

    [Fact]
    public async Task A_foreign_container_on_the_apps_network_is_told_and_left_alone()
    {
        await ServeAsync();
        await using var other = engine.OpenOrSkip();
        var foreign = await other.RunAsync("exec sleep 1000", parameters => parameters with { HostConfig = new HostConfiguration { NetworkMode = Names.Network } });

        var found = (await FindAsync()).Findings.ShouldHaveSingleItem();
        var healed = await HealAsync();

        (found.Kind, found.IsMendable).ShouldBe((DriftKind.Foreign, false));
        healed.Healed.ShouldBeEmpty();
        healed.Remaining.Findings.ShouldHaveSingleItem().ShouldBe(found);
        (await Bed.Client.Containers.InspectContainerAsync(foreign, Token)).State.Running.ShouldBeTrue();
        await Bed.Client.Networks.DisconnectNetworkAsync(Names.Network, new NetworkDisconnectParameters(foreign, Force: true), Token);
        (await FindAsync()).IsDrifted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_gateway_that_someone_changed_or_holds_is_told_and_left_alone()
    {
        await ServeAsync();
        await DockerAsync("update", "--memory", "500m", "--memory-swap", "500m", Names.Gateway);
        var before = await Bed.Client.Containers.InspectContainerAsync(Names.Gateway, Token);

        var found = (await HealAsync()).Remaining.Findings;
        await Bed.Client.Containers.PauseContainerAsync(Names.Gateway, Token);
        var held = await Bed.Target.FindDriftAsync(Bed.App, Token);
        await Bed.Client.Containers.UnpauseContainerAsync(Names.Gateway, Token);

        found.Select(finding => (finding.Kind, finding.Subject)).ShouldBe([(DriftKind.Gateway, "limits: memory"), (DriftKind.Gateway, "limits: memory and swap")]);
        held.ShouldContain(new DriftFinding(null, null, DriftKind.Gateway, "container", "running", "paused"));
        (await Bed.Client.Containers.InspectContainerAsync(Names.Gateway, Token)).ID.ShouldBe(before.ID);
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task A_heal_that_was_killed_half_way_leaves_nothing_to_the_next_one()
    {
        var spec = await ServeAsync();
        await RemoveAsync(Names.Instance(spec.Id, "0"));
        var killed = await Bed.Elsewhere.AcquireLeaseAsync(Bed.App, new LeaseRequest("killed", TimeSpan.FromMinutes(5)), Token);
        await Bed.Elsewhere.ReplaceAsync(Bed.App, spec.Id, "1", ReplacementStep.Begin, killed, Token);

        // It has as long as it takes to begin; dead, it renews its lease no more.
        await Bed.Elsewhere.AcquireLeaseAsync(Bed.App, new LeaseRequest("killed", TimeSpan.FromSeconds(5)), Token);
        await UntilAsync(seen => seen.Lease is null && seen.Find(spec.Id)!.Joining is [{ Instance.ConsecutiveHealthy: > 0 }]);

        await HealAsync();

        var generation = (await Bed.Target.ObserveAsync(Bed.App, Token)).Find(spec.Id)!;
        generation.Joining.ShouldBeEmpty();
        generation.Instances.Select(instance => instance.Name).ShouldContain("1");
        await UntilAsync(seen => seen.Find(spec.Id)!.Leaving.IsEmpty);
    }

    /// <summary>Serves two instances, or takes those that the test before had mended, does something to the first one, and sees that it is told and mended.</summary>
    private async Task IsSeenAndMendedAsync((DriftKind Kind, string Subject) drift, Func<GenerationSpec, string, Task> damage, (DriftKind Kind, string Subject)? alsoFound = null)
    {
        var spec = await TakeServedAsync();
        (await FindAsync()).Findings.ShouldBeEmpty();
        var instances = await InstancesAsync(spec);
        var (first, other) = (instances[0], instances[1]);

        await damage(spec, Names.Instance(spec.Id, first));
        var (seen, url) = (await FindAsync(), (await Bed.Target.ObserveAsync(Bed.App, Token)).Url!);

        // What a container that someone holds was asked, it answers once it is replaced.
        await using var load = await OpenLoopLoad.StartAsync(new Uri(new Uri(url), "/whoami"), 50, LoadOptions.Patient, Token);
        var healed = await HealAsync();
        var result = await load.StopAsync();
        output.WriteLine($"{string.Join(Environment.NewLine, seen.Findings)}{Environment.NewLine}{result}");

        seen.Findings.Select(finding => (finding.Kind, finding.Subject)).ShouldContain(drift);
        seen.Findings.ShouldAllBe(finding => finding.Generation == spec.Id && finding.Instance == first && !$"{finding}".Contains("very secret", StringComparison.Ordinal));
        if (alsoFound is { } more)
        {
            seen.Findings.Select(finding => (finding.Kind, finding.Subject)).ShouldContain(more);
        }

        var replaced = healed.Healed.ShouldHaveSingleItem();
        (replaced.Drifted, replaced.Fresh).ShouldBe((first, $"{instances.Max(name => int.Parse(name, CultureInfo.InvariantCulture)) + 1}"));
        healed.Remaining.Findings.ShouldBeEmpty();
        result.Failed.ShouldBe(0, $"{result}");
        result.Sent.ShouldBeGreaterThan(10);
        var after = await Bed.Target.ObserveAsync(Bed.App, Token);
        after.Find(spec.Id)!.Instances.Select(instance => instance.Name).ShouldBe([replaced.Fresh, other]);
        after.Ledger[^1].Cause.ShouldBe(LedgerCause.Heal);
        after.Lease.ShouldBeNull();
        (await Bed.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Names.Of(AppNames.InstanceRole) }, Token)).Count.ShouldBe(2);
        mended.Leave(Bed, spec);
        _bed = null;
    }

    private async Task<GenerationSpec> TakeServedAsync()
    {
        if (!mended.TryTake(out var bed, out var spec))
        {
            return await ServeAsync();
        }

        _bed = bed;
        return spec;
    }

    private async Task<List<string>> InstancesAsync(GenerationSpec spec) =>
        [.. (await Bed.Elsewhere.ObserveAsync(Bed.App, Token)).Find(spec.Id)!.Instances.Select(instance => instance.Name)];

    private async Task<GenerationSpec> ServeAsync()
    {
        var (spec, lease) = (Bed.Spec(Bed.App, AppVariant.Healthy, instances: 2), await Bed.Target.AcquireLeaseAsync(Bed.App, new LeaseRequest("release", TimeSpan.FromMinutes(5)), Token));
        await Bed.Target.CreateAsync(spec, lease, Token);
        await UntilAsync(seen => seen.Find(spec.Id)!.Instances.All(instance => instance.ConsecutiveHealthy > 2));
        await Bed.Target.RouteAsync(Bed.App, Route.To(spec.Id), lease, Token);
        await Bed.Target.RecordAsync(Bed.App, new LedgerEntry { Event = LedgerEvent.Live, Cause = LedgerCause.Release, Spec = spec, By = "release" }, lease, Token);
        await Bed.Target.ReleaseLeaseAsync(Bed.App, lease, Token);
        return spec;
    }

    private Task<DriftReport> FindAsync() => DriftReport.FindAsync(Bed.Elsewhere, Bed.App, TimeProvider.System, Token);

    private Task<HealResult> HealAsync() => new Heal(Bed.Target, new AnyImage(), TimeProvider.System, new LinesReporter(output)).RunAsync(Bed.App, new RolloutPlan(), Token);

    private Task RemoveAsync(string container) => Bed.Client.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true }, Token);

    /// <summary>A container in the place of the first instance's, made as that is but for <paramref name="change"/>.</summary>
    private async Task MakeByHandAsync(GenerationSpec spec, string container, Func<CreateContainerParameters, CreateContainerParameters> change)
    {
        var image = await apps.EnsureImageAsync(Bed.Client, spec, Token);
        var plan = new InstancePlan(Names, spec, image, new Dictionary<string, string>(), logDriver: null).For(new InstancePlace((await InstancesAsync(spec))[0], container, 8080));
        await RemoveAsync(container);
        await Bed.Client.Containers.CreateContainerAsync(change(plan), Token);
        await Bed.Client.Containers.StartContainerAsync(container, Token);
        await UntilAsync(seen => seen.Find(spec.Id)!.Instances.All(instance => instance.ConsecutiveHealthy > 2));
    }

    private async Task WriteAsync(string container, string path)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream("planted"u8.ToArray()) }, Token);
        }

        tar.Position = 0;
        await Bed.Client.Containers.ExtractArchiveToContainerAsync(container, "/", tar, Token);
    }

    private async Task UntilAsync(Func<Observation, bool> holds)
    {
        for (var began = Stopwatch.GetTimestamp(); !holds(await Bed.Elsewhere.ObserveAsync(Bed.App, Token)); await Task.Delay(100, Token))
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(3), "Still not so.");
        }
    }

    /// <summary>docker's own program, as a person would use it.</summary>
    private static async Task DockerAsync(params string[] arguments)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "docker"))), "there is no program docker");
        using var process = Process.Start(new ProcessStartInfo("docker", arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        process.ExitCode.ShouldBe(0, said);
    }
}

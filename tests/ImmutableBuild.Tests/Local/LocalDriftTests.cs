using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Files;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

/// <summary>A look for drift while a release beside it brings images and takes them away.</summary>
[Trait("Fault", "F37")]
public sealed class LocalDriftTests : IDisposable
{
    private static readonly AppKey App = new("web", "production");

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _source;
    private readonly LocalLayout _layout;
    private readonly ImageStore _store;

    public LocalDriftTests()
    {
        _source = OciLayout.OpenOrCreate(_directory["store"]);
        _layout = new LocalLayout(_directory["data"]);
        _store = new ImageStore(_layout, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_that_goes_once_its_generation_is_destroyed_stays_until_it_was_looked_at()
    {
        var image = await UnpackAsync();
        Task<int>? removing = null;

        var findings = await new LocalDrift(_store).FindAsync(
            _ =>
            {
                removing = _store.KeepOnlyAsync(App, new HashSet<Digest>(), Token);
                return Task.FromResult(Running(image));
            },
            Token);

        findings.ShouldBeEmpty();
        (await removing!).ShouldBe(1, "it goes afterwards");
    }

    [Fact]
    public async Task A_generation_that_goes_while_the_look_waits_for_its_turn_is_no_drift()
    {
        var image = await UnpackAsync();
        var observed = Running(image);
        var held = await _store.HoldAsync(Token);
        var finding = new LocalDrift(_store).FindAsync(_ => Task.FromResult(observed), Token);

        ReadOnlyTree.Delete(_layout.Image(image));
        observed = observed with { Generations = [] };
        held.Dispose();

        (await finding).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_someone_changed_is_told_with_its_instance()
    {
        var image = await UnpackAsync();
        var file = Path.Combine(_layout.Image(image), "rootfs", "app", "web");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await File.WriteAllTextAsync(file, "evil!!!", Token);

        var findings = await new LocalDrift(_store).FindAsync(_ => Task.FromResult(Running(image)), Token);

        findings.Select(finding => (finding.Instance, finding.Kind, finding.Subject, finding.Found)).ShouldBe([("0", DriftKind.Files, "/app/web", "changed")]);
    }

    private async Task<Digest> UnpackAsync()
    {
        var image = LocalImages.Write(_source, LocalImages.App, LocalImages.Layer(LocalImages.File("app/web", "program")));
        await _store.UseAsync(App, image, () => _source, Token);
        return image;
    }

    /// <summary>One generation of the image, with one instance that runs.</summary>
    private static Observation Running(Digest image)
    {
        var instance = new ObservedInstance("0", InstanceState.Running, null, InstanceIdentity.Confirmed, 1, null, 0, null);
        var generation = new ObservedGeneration(LocalImages.Spec(App, image), DateTimeOffset.UnixEpoch, GenerationPhase.Running, [instance], 0, null);
        return new Observation(App, DateTimeOffset.UnixEpoch, [generation], new RouteState(Route.To(generation.Id), DateTimeOffset.UnixEpoch, null), null, []);
    }
}

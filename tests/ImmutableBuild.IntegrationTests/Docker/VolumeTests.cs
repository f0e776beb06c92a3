using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Data that outlives generations, and secret files that go with theirs.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class VolumeTests(DockerEngine engine, DockerApps apps) : IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Data_outlives_its_generation_and_the_app()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var lease = await LeaseAsync(bed);
        var first = await ServeAsync(bed, lease, WithData(bed.Spec(bed.App, AppVariant.Healthy)));
        (await WriteAsync(bed, "data/uploads/note.txt", "kept")).ShouldBe(HttpStatusCode.OK, "the volume belongs to the image's user, who is not root");
        (await WriteAsync(bed, "app/note.txt", "lost")).ShouldBe(HttpStatusCode.Forbidden, "nothing else can be written");

        var second = await ServeAsync(bed, lease, WithData(bed.Spec(bed.App, AppVariant.Healthy, version: 2)));
        (await ReadAsync(bed, "data/uploads/note.txt")).ShouldBe("kept");
        await bed.Target.DestroyAsync(bed.App, first.Id, lease, Token);
        await UntilAsync(bed, seen => seen.Find(first.Id) is null);
        (await ReadAsync(bed, "data/uploads/note.txt")).ShouldBe("kept");

        await bed.Target.StopAsync(bed.App, lease, Token);
        await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
        await ServeAsync(bed, await LeaseAsync(bed), second);
        (await ReadAsync(bed, "data/uploads/note.txt")).ShouldBe("kept");
    }

    [Fact]
    public async Task Secret_files_are_there_at_the_start_for_the_apps_user_alone_and_go_with_the_last_instance()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        bed.Variables["SHOP_TOKEN"] = "very secret";
        var lease = await LeaseAsync(bed);
        var spec = await ServeAsync(bed, lease, WithSecret(bed.Spec(bed.App, AppVariant.Healthy, instances: 2)));
        (await ReadAsync(bed, "run/secrets/token")).ShouldBe("very secret");
        (await WriteAsync(bed, "run/secrets/token", "mine")).ShouldBe(HttpStatusCode.Forbidden);
        var container = await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Instance(spec.Id, "0"), Token);
        container.Config.Env!.ShouldAllBe(variable => !variable.Contains("very secret", StringComparison.Ordinal));
        await RestartAsync(bed, container);
        (await ReadAsync(bed, "run/secrets/token")).ShouldBe("very secret", "an instance that is started again has it too");

        var next = await ServeAsync(bed, lease, bed.Spec(bed.App, AppVariant.Healthy, version: 2));
        await bed.Target.DestroyAsync(bed.App, spec.Id, lease, Token);
        await UntilAsync(bed, seen => seen.Find(spec.Id) is null);
        await NoSecretsAsync(bed);
        next.Id.ShouldNotBe(spec.Id);
    }

    [Fact]
    [Trait("Fault", "F01")]
    [Trait("Fault", "F33")]
    public async Task Secret_files_of_a_release_that_died_are_swept_by_the_next()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var spec = WithSecret(bed.Spec(bed.App, AppVariant.Healthy));
        var labels = new AppNames(bed.App).LabelsOf(AppNames.SecretsRole);
        await bed.Client.Volumes.CreateAsync(new VolumesCreateParameters { Name = new AppNames(bed.App).SecretsVolume(spec.Id), Labels = labels }, Token);

        await LeaseAsync(bed);

        await NoSecretsAsync(bed);
    }

    [Fact]
    public async Task A_generation_is_not_made_with_another_value_than_it_was_released_with()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        bed.Variables["SHOP_TOKEN"] = "mistaken-value";
        var lease = await LeaseAsync(bed);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => bed.Target.CreateAsync(WithSecret(bed.Spec(bed.App, AppVariant.Healthy)), lease, Token));

        failure.Code.ShouldBe("IMB8004");
        failure.Message.ShouldNotContain("mistaken-value");
        await NoSecretsAsync(bed);
    }

    private static GenerationSpec WithData(GenerationSpec spec) => spec with
    {
        Configuration = spec.Configuration with { DataVolumes = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("uploads", "/data/uploads") },
    };

    private static GenerationSpec WithSecret(GenerationSpec spec) => spec with
    {
        Configuration = spec.Configuration with
        {
            SecretFiles = ImmutableSortedDictionary.Create<string, SecretReference>(StringComparer.Ordinal)
                .Add("token", new SecretReference("SHOP_TOKEN", SecretDigest.Of(spec.App, "/run/secrets/token", "very secret"))),
        },
    };

    private static Task<Lease> LeaseAsync(DockerTargetBed bed) => bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("volumes", TimeSpan.FromMinutes(5)), Token);

    private static async Task<GenerationSpec> ServeAsync(DockerTargetBed bed, Lease lease, GenerationSpec spec)
    {
        await bed.Target.CreateAsync(spec, lease, Token);
        await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances.All(instance => instance.ConsecutiveHealthy > 2));
        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        return spec;
    }

    private static async Task RestartAsync(DockerTargetBed bed, ContainerInspectResponse container)
    {
        await bed.Client.Containers.RestartContainerAsync(container.ID, new ContainerStopParameters(), Token);
        await UntilAsync(bed, seen => seen.Generations[0].Instances.All(instance => instance.ConsecutiveHealthy > 2));
    }

    // They go after the containers that had them.
    private static async Task NoSecretsAsync(DockerTargetBed bed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while ((await bed.Client.Volumes.ListAsync(new AppNames(bed.App).Of(AppNames.SecretsRole), patience.Token)).Volumes is { Count: > 0 })
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task UntilAsync(DockerTargetBed bed, Func<Observation, bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (!holds(await bed.Target.ObserveAsync(bed.App, patience.Token)))
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private async Task<HttpStatusCode> WriteAsync(DockerTargetBed bed, string path, string text)
    {
        using var content = new StringContent(text);
        using var response = await _http.PutAsync(new Uri(await UrlAsync(bed), $"file/{path}"), content, Token);
        return response.StatusCode;
    }

    private async Task<string> ReadAsync(DockerTargetBed bed, string path) => await _http.GetStringAsync(new Uri(await UrlAsync(bed), $"file/{path}"), Token);

    private static async Task<Uri> UrlAsync(DockerTargetBed bed) => new((await bed.Target.ObserveAsync(bed.App, Token)).Url! + "/");
}

using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>The stages of a release up to Push, with the package as it would be published.</summary>
internal sealed class ImmutablePush(WebProject project) : IPublishSubject
{
    private static readonly string s_version = $"0.1.0-bench.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

    public string Name => "dotnet build -t:Bake,Scan,Sign,Push";

    public WebProject Project => project;

    /// <summary>Packs the package into <paramref name="root"/>, and makes a project that references it.</summary>
    public static async Task<ImmutablePush> CreateAsync(string root, string registry, string baseImage, CancellationToken cancellationToken)
    {
        var feed = Path.Combine(root, "feed");
        var package = Path.Combine(Subjects.SampleRelease.Project, "..", "..", "src", "ImmutableBuild.MSBuild", "ImmutableBuild.MSBuild.csproj");
        await Programs.RunAsync("dotnet", ["pack", package, "-c", "Release", "-o", feed, $"-p:PackageVersion={s_version}", "-v:quiet"], cancellationToken);
        var project = await WebProject.CreateAsync(
            Path.Combine(root, "ours"),
            cancellationToken,
            $"<ContainerBaseImage>{baseImage}</ContainerBaseImage><ContainerRegistry>{registry}</ContainerRegistry><ImmutableDataDirectory>{root}/data</ImmutableDataDirectory>",
            $"<PackageReference Include=\"ImmutableBuild\" Version=\"{s_version}\" PrivateAssets=\"all\" />",
            $"<add key=\"bench\" value=\"{feed}\" />");
        await project.DotnetAsync(cancellationToken, "build", "-t:UpdateBase");
        await project.CommitAsync(cancellationToken);
        return new ImmutablePush(project);
    }

    public Task PublishAsync(string repository, string tag, CancellationToken cancellationToken) =>
        project.DotnetAsync(cancellationToken, "build", "-t:Bake,Scan,Sign,Push", $"-p:ContainerRepository={repository}");

    /// <summary>How long each stage of the last one took.</summary>
    public async Task<IReadOnlyDictionary<StageName, TimeSpan>> StagesAsync(CancellationToken cancellationToken) =>
        (await new ReleaseRecordFile(Path.Combine(project.Directory, "obj", "immutable")).ReadAsync(cancellationToken)).Elapsed;
}

using System.Collections.Immutable;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>A directory with a Dockerfile, and what the engine makes of it; all of it is gone afterwards.</summary>
internal sealed class DockerfileBed : IAsyncDisposable
{
    private const string Label = "immutable-build-test";

    private readonly DockerBed _bed;
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-dockerfile-").FullName;

    public DockerfileBed(DockerBed bed)
    {
        _bed = bed;
        Directory.CreateDirectory(Path.Combine(_directory, "context"));
        Directory.CreateDirectory(WorkDirectory);
    }

    /// <summary>What the engine said.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>A directory for a release's files.</summary>
    public string WorkDirectory => Path.Combine(_directory, "work");

    /// <summary>The Dockerfile in its context.</summary>
    public DockerfileOptions Options => new() { File = PathOf("Dockerfile"), Context = PathOf("") };

    /// <summary>Finds what it made, images and containers of steps.</summary>
    public Filters Mine => Filters.None.Label(Label, _bed.Name);

    public string PathOf(string name) => Path.Combine(_directory, "context", name);

    /// <summary>Writes a Dockerfile; each stage gets a label of the test's own, so that nothing comes from the cache of another run.</summary>
    public void Dockerfile(string text, string name = "Dockerfile") => Write(
        name, string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.StartsWith("FROM ", StringComparison.Ordinal) ? $"{line.Replace("BASE", _bed.Engine.Image, StringComparison.Ordinal)}\nLABEL {Label}={_bed.Name}" : line)));

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    /// <summary>Makes it a commit's, of a repository around the context: what a release sends to an engine is in one.</summary>
    public async Task CommitAsync()
    {
        await SystemProgram.SucceedAsync("git", ["-C", _directory, "init", "-q"]);
        await SystemProgram.SucceedAsync("git", ["-C", _directory, "-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "A commit"]);
    }

    public Task<BuiltDockerfile> BuildAsync(DockerfileOptions? options = null, PushOptions? push = null, Action<string>? say = null, CancellationToken? cancellationToken = null) =>
        new DockerfileBuild(_bed.Client, new RegistryCredentials(push ?? new PushOptions(), name => name == "PULLER_PASSWORD" ? Rig.DockerRegistry.Password : name == "PULLER" ? "puller" : null), say ?? Lines.Add)
            .RunAsync(
                options ?? Options,
                BuildContext.Find(options ?? Options, [WorkDirectory], new ImageLimits()),
                ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("org.example.commit", "abc"),
                cancellationToken ?? TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await _bed.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Mine }, CancellationToken.None))
        {
            await _bed.Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
        }

        foreach (var image in await _bed.Client.Images.ListImagesAsync(new ImagesListParameters { Filters = Mine }, CancellationToken.None))
        {
            await _bed.Client.Images.DeleteImageAsync(image.ID, new ImageDeleteParameters { Force = true }, CancellationToken.None);
        }

        await _bed.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

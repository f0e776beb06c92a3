using ImmutableBuild.Images;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>The app as an image in a registry, made by <c>docker build</c> for all subjects alike. Disposing of it takes it out of the engine.</summary>
internal sealed class AppImage : IAsyncDisposable
{
    // All that the app needs of this program: without a dependency file nobody misses the rest, and the image is as small as an app's.
    private static readonly string[] s_files = ["ImmutableBuild.Benchmarks.dll", "ImmutableBuild.Benchmarks.runtimeconfig.json", "System.CommandLine.dll"];

    private readonly string _id;

    private AppImage(string repository, Digest digest, string id) => (Repository, Digest, _id) = (repository, digest, id);

    /// <summary>Where it is, without a tag or digest.</summary>
    public string Repository { get; }

    /// <summary>The digest of its manifest.</summary>
    public Digest Digest { get; }

    /// <summary>What an engine pulls.</summary>
    public string Reference => $"{Repository}@{Digest}";

    /// <summary>Builds it upon <paramref name="baseImage"/>, pushes it to <paramref name="registry"/>, and leaves it in the engine.</summary>
    public static async Task<AppImage> MakeAsync(string registry, string baseImage, CancellationToken cancellationToken)
    {
        var repository = $"{registry}/immutable-build-bench/app";
        var tag = $"{repository}:{Guid.NewGuid():N}";
        await BuildAsync(tag, baseImage, cancellationToken);
        await DockerProgram.RunAsync(cancellationToken, "push", "-q", tag);
        var found = (await DockerProgram.RunAsync(cancellationToken, "inspect", "-f", "{{.ID}} {{index .RepoDigests 0}}", tag)).Split(' ', '@');
        await DockerProgram.RunAsync(cancellationToken, "rmi", tag);
        var image = new AppImage(repository, Digest.Parse(found[2]), found[0]);
        await image.PullAsync(cancellationToken);
        return image;
    }

    /// <summary>Makes the engine have it.</summary>
    public Task PullAsync(CancellationToken cancellationToken) => DockerProgram.RunAsync(cancellationToken, "pull", "-q", Reference);

    /// <summary>Makes the engine not have it; the base's layers stay, as on a host that had a release before.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) => DockerProgram.RunAsync(cancellationToken, "rmi", "-f", _id);

    public async ValueTask DisposeAsync()
    {
        if ((await DockerProgram.RunAsync(CancellationToken.None, "images", "-q", "--no-trunc", Repository)).Contains(_id, StringComparison.Ordinal))
        {
            await ForgetAsync(CancellationToken.None);
        }
    }

    private static async Task BuildAsync(string tag, string baseImage, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("immutable-bench-");
        try
        {
            foreach (var file in s_files)
            {
                File.Copy(Path.Combine(AppContext.BaseDirectory, file), Path.Combine(directory.FullName, file));
            }

            // The label makes it an image of this run alone, whoever else made one of the same files.
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "Dockerfile"), $"""
                FROM {baseImage}
                COPY {string.Join(' ', s_files)} /app/
                USER 1654
                LABEL run={tag}
                ENTRYPOINT ["dotnet", "/app/{s_files[0]}", "{HelloApp.Verb}"]
                """, cancellationToken);
            await DockerProgram.RunAsync(cancellationToken, "build", "-q", "-t", tag, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

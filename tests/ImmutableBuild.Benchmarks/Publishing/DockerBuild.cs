using ImmutableBuild.Benchmarks.Containers;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary><c>dotnet publish</c>, <c>docker build</c>, <c>docker push</c>. Disposing of it takes its images out of the engine.</summary>
internal sealed class DockerBuild : IPublishSubject, IAsyncDisposable
{
    private readonly string _registry;
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    public DockerBuild(WebProject project, string registry, string baseImage)
    {
        (Project, _registry) = (project, registry);
        project.Write("Dockerfile", $"FROM {baseImage}\nCOPY {WebProject.PublishDirectory}/ /app/\nWORKDIR /app\nENTRYPOINT [\"/app/Web\"]\n");
        project.Write(".dockerignore", $"*\n!{WebProject.PublishDirectory}\n");
    }

    public string Name => "dotnet publish, docker build, docker push";

    public WebProject Project { get; }

    public async Task PublishAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        var name = $"{_registry}/{repository}:{tag}";
        await Project.DotnetAsync(cancellationToken, "publish");
        await DockerProgram.RunAsync(cancellationToken, "build", "-q", "-t", name, Project.Directory);
        _made.Add(name);
        await DockerProgram.RunAsync(cancellationToken, "push", "-q", name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _made)
        {
            await DockerProgram.RunAsync(CancellationToken.None, "rmi", name);
        }
    }
}

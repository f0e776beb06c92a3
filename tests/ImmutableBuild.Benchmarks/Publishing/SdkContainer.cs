namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary><c>dotnet publish -t:PublishContainer</c> of the .NET SDK.</summary>
internal sealed class SdkContainer(WebProject project, string registry, string baseImage) : IPublishSubject
{
    public string Name => "dotnet publish -t:PublishContainer";

    public WebProject Project => project;

    public Task PublishAsync(string repository, string tag, CancellationToken cancellationToken) => project.DotnetAsync(
        cancellationToken, "publish", "-t:PublishContainer", $"-p:ContainerBaseImage={baseImage}", $"-p:ContainerRegistry={registry}", $"-p:ContainerRepository={repository}", $"-p:ContainerImageTag={tag}");
}

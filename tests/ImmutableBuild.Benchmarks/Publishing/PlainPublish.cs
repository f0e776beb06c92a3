namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary><c>dotnet publish</c> alone: what every other way does as well.</summary>
internal sealed class PlainPublish(WebProject project) : IPublishSubject
{
    public string Name => "dotnet publish alone";

    public WebProject Project => project;

    public Task PublishAsync(string repository, string tag, CancellationToken cancellationToken) =>
        project.DotnetAsync(cancellationToken, "publish");
}

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>A way from a commit to an image in a registry.</summary>
internal interface IPublishSubject
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>The project it publishes, of which there is one for each subject.</summary>
    WebProject Project { get; }

    /// <summary>Publishes; <paramref name="repository"/> and <paramref name="tag"/> are where to.</summary>
    Task PublishAsync(string repository, string tag, CancellationToken cancellationToken);
}

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>A way to bring an image to an engine and to replace what runs. Disposing of it leaves nothing on the engine.</summary>
internal interface IDeployment : IAsyncDisposable
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Where the app answers.</summary>
    Uri Address { get; }

    /// <summary>Brings up the app with <paramref name="number"/> in its answers, in place of what runs; returns when the way itself calls it done.</summary>
    Task DeployAsync(int number, CancellationToken cancellationToken);

    /// <summary>Takes the app down with all that is of it.</summary>
    Task RemoveAsync(CancellationToken cancellationToken);
}

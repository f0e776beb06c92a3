namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>
/// The app itself, with nothing in front: what the others are measured against. It is the gateway's instance, which every proxy stands before, so that none has an app
/// that .NET compiled otherwise, or that served longer.
/// </summary>
/// <param name="address">Where the instance listens.</param>
internal sealed class DirectSubject(Uri address) : ISubject
{
    public string Name => "direct";

    public Uri Address => address;

    public IReadOnlyList<int> Processes => [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

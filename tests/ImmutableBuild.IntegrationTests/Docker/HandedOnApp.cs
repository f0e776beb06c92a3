using System.Diagnostics.CodeAnalysis;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>An app that the tests of a class hand on, each as it was released. The one of a test that failed is not handed on, and goes with that test.</summary>
public sealed class HandedOnApp : IAsyncDisposable
{
    private DockerTargetBed? _bed;
    private GenerationSpec? _spec;

    public ValueTask DisposeAsync() => _bed?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Takes it; false where there is none.</summary>
    internal bool TryTake([NotNullWhen(true)] out DockerTargetBed? bed, [NotNullWhen(true)] out GenerationSpec? spec)
    {
        (bed, spec) = (_bed, _spec);
        _bed = null;
        return bed is not null && spec is not null;
    }

    /// <summary>Leaves it to the next test, serving <paramref name="spec"/>.</summary>
    internal void Leave(DockerTargetBed bed, GenerationSpec spec) => (_bed, _spec) = (bed, spec);
}

using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>A container behind a published port.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="address">Where it answers.</param>
/// <param name="process">Its first process, as the machine numbers it; null for the app itself, whose processes don't count.</param>
internal sealed class ContainerSubject(string name, Uri address, int? process) : ISubject
{
    public string Name => name;

    public Uri Address => address;

    public IReadOnlyList<int> Processes => process is { } root ? ProcessUsage.Tree(root) : [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

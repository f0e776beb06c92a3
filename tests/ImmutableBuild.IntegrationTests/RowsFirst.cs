using ImmutableBuild.IntegrationTests;
using Xunit.Sdk;
using Xunit.v3;

// Most of these tests wait: for a drain, a soak, a restart. One more of them at a time than there are processors on the smallest machine.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer(typeof(RowsFirst))]

namespace ImmutableBuild.IntegrationTests;

/// <summary>Begins with the collections of many classes, whose tests take turns: begun later, they would still run when everything else is done.</summary>
public sealed class RowsFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionClassName is null)];
}

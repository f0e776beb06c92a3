using ImmutableBuild.IntegrationTests.Docker;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(DockerFirst))]

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Starts the rows of tests that share the engine before all others, the longest first: what begins last would wait for itself alone at the end.</summary>
public sealed class DockerFirst : ITestCollectionOrderer
{
    private static readonly string[] s_first = [DockerReleasesCollection.Name, DockerCollection.Name, DockerAppsCollection.Name, DockerContractCollection.Name];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection =>
        Array.IndexOf(s_first, collection.TestCollectionDisplayName) is >= 0 and var place ? place : s_first.Length;
}

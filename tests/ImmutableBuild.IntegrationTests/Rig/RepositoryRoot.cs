namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>The clone the tests run from.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ImmutableBuild.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run from within a clone of the repository.");
        }

        return directory.FullName;
    }
}

namespace ImmutableBuild.Tests.Generated;

/// <summary>
/// A file of the repository that is made from the code. The test compares; run it once with the environment variable
/// <c>IMMUTABLE_UPDATE_DOCS=1</c> to write the file anew.
/// </summary>
internal static class GeneratedFile
{
    public static void ShouldBe(string path, string content)
    {
        var file = Path.Combine(RepositoryRoot(), path);
        if (Environment.GetEnvironmentVariable("IMMUTABLE_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }

        (File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "").ShouldBe(content, $"{path} is out of date. Run this test with IMMUTABLE_UPDATE_DOCS=1.");
    }

    public static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "ImmutableBuild.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests are not in the repository.");
        }

        return directory;
    }
}

namespace ImmutableBuild.Tests;

/// <summary>A file of the repository that is generated: tests keep it equal, and rewrite it when <c>IMMUTABLE_UPDATE_DOCS=1</c>.</summary>
internal static class GeneratedFile
{
    /// <summary>The root of the clone the tests were built in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Fails unless the file at <paramref name="path"/>, relative to the root, holds <paramref name="content"/>.</summary>
    public static void ShouldHold(string path, string content)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("IMMUTABLE_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
            return;
        }

        File.Exists(file).ShouldBeTrue($"{path} is missing: {Cure}");
        File.ReadAllText(file).ReplaceLineEndings("\n").ShouldBe(content.ReplaceLineEndings("\n"), $"{path} is out of date: {Cure}");
    }

    private const string Cure = "run the tests once with IMMUTABLE_UPDATE_DOCS=1 and look at the difference.";

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ImmutableBuild.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run from within a clone of the repository.");
    }
}

using System.Text.RegularExpressions;

namespace ImmutableBuild.Tests.Generated;

/// <summary>A trait of a test, as it stands in the tests' sources.</summary>
/// <param name="Suite">The project the test is in.</param>
/// <param name="Class">The class, by its file's name.</param>
/// <param name="Test">The method after the mark; empty where there is none.</param>
/// <param name="Value">The trait's value.</param>
internal sealed partial record TestMark(string Suite, string Class, string Test, string Value)
{
    /// <summary>The projects with tests, and what each is called in a table.</summary>
    public static IReadOnlyList<(string Folder, string Title)> Suites { get; } =
    [
        ("ImmutableBuild.Tests", "fast"), ("ImmutableBuild.IntegrationTests", "real systems"), ("ImmutableBuild.AcceptanceTests", "as a user"),
    ];

    /// <summary>Every trait of one name.</summary>
    public static IEnumerable<TestMark> All(string trait) =>
        from suite in Suites
        let folder = Path.Combine(GeneratedFile.RepositoryRoot(), "tests", suite.Folder)
        from file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
        where parts[0] is not ("bin" or "obj")
        from mark in In(File.ReadAllText(file), trait)
        select new TestMark(suite.Folder, parts[^1].Split('.')[0], mark.Test, mark.Value);

    /// <summary>The marks in a source text. They count anywhere in a list of attributes: one test may have several.</summary>
    public static IEnumerable<(string Value, string Test)> In(string source, string trait) =>
        from Match mark in Trait().Matches(source)
        where mark.Groups["name"].Value == trait
        select (mark.Groups["value"].Value, Method().Match(source, mark.Index).Groups["method"].Value);

    [GeneratedRegex("\\bTrait\\(\"(?<name>[^\"]+)\", \"(?<value>[^\"]+)\"\\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Trait();

    [GeneratedRegex("^    public (async )?(Task|ValueTask|void) (?<method>\\w+)\\(", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Method();
}

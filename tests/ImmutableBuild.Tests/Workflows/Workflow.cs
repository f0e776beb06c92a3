using System.Collections.Immutable;
using ImmutableBuild.Tests.Generated;
using YamlDotNet.RepresentationModel;

namespace ImmutableBuild.Tests.Workflows;

/// <summary>A workflow of GitHub Actions, as it stands in the repository or in a template.</summary>
/// <param name="Name">Its path from the root of the repository.</param>
/// <param name="Text">Its text.</param>
/// <param name="Root">The same, parsed.</param>
internal sealed record Workflow(string Name, string Text, YamlMappingNode Root)
{
    private const string Templates = "src/ImmutableBuild.Templates/templates";

    /// <summary>Every workflow there is.</summary>
    public static ImmutableArray<Workflow> All { get; } =
    [
        .. Below(".github/workflows", "*.yml").Select(Read),
        .. Below(Templates, "*.yml").Where(file => file.Contains("/workflows/", StringComparison.Ordinal)).Select(Read),
    ];

    /// <summary>Its jobs, in their order.</summary>
    public IEnumerable<WorkflowJob> Jobs => Map(Root, "jobs")!.Select(job => new WorkflowJob(this, job.Key.ToString(), (YamlMappingNode)job.Value));

    /// <summary>The reusable workflow of that path, as a job calls it.</summary>
    public static Workflow Called(string uses) => All.Single(workflow => workflow.Name == uses["./".Length..]);

    /// <summary>Files of the repository by their paths from its root.</summary>
    public static IEnumerable<string> Below(string directory, string pattern) =>
        Directory.EnumerateFiles(PathOf(directory), pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(file => Path.GetRelativePath(GeneratedFile.RepositoryRoot(), file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string PathOf(string path) => Path.Combine(GeneratedFile.RepositoryRoot(), path);

    /// <summary>A member that is a mapping; null where there is none.</summary>
    public static YamlMappingNode? Map(YamlNode node, string key) => Member(node, key) as YamlMappingNode;

    /// <summary>A member that is one value; null where there is none.</summary>
    public static string? Value(YamlNode node, string key) => (Member(node, key) as YamlScalarNode)?.Value;

    /// <summary>The members of a mapping that are single values.</summary>
    public static ImmutableSortedDictionary<string, string> Values(YamlMappingNode? map) =>
        (map ?? []).ToImmutableSortedDictionary(member => member.Key.ToString(), member => (member.Value as YamlScalarNode)?.Value ?? "", StringComparer.Ordinal);

    private static YamlNode? Member(YamlNode node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? value : null;

    private static Workflow Read(string name)
    {
        var text = File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n");
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return new Workflow(name, text, (YamlMappingNode)stream.Documents.Single().RootNode);
    }
}

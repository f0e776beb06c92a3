using System.Collections.Immutable;
using ImmutableBuild.Releases.Options;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Reads what the targets hand to a task.</summary>
/// <param name="Project">The project file, with its facts as metadata.</param>
/// <param name="Options">Properties as items, <c>Value</c> as metadata.</param>
/// <param name="Items">Items of the catalogue, <c>ItemName</c> as metadata beside their own.</param>
/// <param name="Engine">Knows the properties that were set on the command line.</param>
public sealed record ProjectInput(ITaskItem Project, ITaskItem[] Options, ITaskItem[] Items, IBuildEngine Engine)
{
    /// <summary>The project file.</summary>
    public string ProjectFile => Project.GetMetadata("FullPath");

    /// <summary>The project's name.</summary>
    public string ProjectName => Path.GetFileNameWithoutExtension(ProjectFile);

    /// <summary>Where the record and all the release's files are, <c>obj/immutable/</c>.</summary>
    public string WorkDirectory => Path.GetFullPath(Project.GetMetadata("WorkDirectory"));

    /// <summary>The gateway's assembly, as the package brings it.</summary>
    public string GatewayProgram => Path.GetFullPath(Project.GetMetadata("GatewayProgram"));

    /// <summary>The project's <c>OutputType</c>.</summary>
    public string OutputType => Project.GetMetadata("OutputType");

    /// <summary>Whether it is a test project.</summary>
    public bool IsTestProject => IsTrue("IsTestProject");

    /// <summary>Properties that were set on the command line, less those that the targets set.</summary>
    public IEnumerable<KeyValuePair<string, string>> CommandLine =>
        (Engine is IBuildEngine6 engine ? engine.GetGlobalProperties() : ImmutableDictionary<string, string>.Empty).Where(property => !property.Key.StartsWith("_Immutable", StringComparison.OrdinalIgnoreCase));

    /// <summary>The options as texts, for the parser.</summary>
    public RawOptions Raw()
    {
        var texts = Texts();
        var onCommandLine = Engine is IBuildEngine6 engine ? engine.GetGlobalProperties().Keys : [];
        return new RawOptions
        {
            Project = new ProjectFacts(ProjectName, Path.GetDirectoryName(ProjectFile)!, IsTrue("ListensOnHttp")),
            Properties = Options.ToImmutableDictionary(option => option.ItemSpec, option => option.GetMetadata("Value"), StringComparer.OrdinalIgnoreCase),
            Items = [.. Items.Select(Read)],
            UnknownNames = [.. onCommandLine.Concat(texts.Names).Distinct(StringComparer.OrdinalIgnoreCase).Where(OptionCatalogue.IsMistake)],
            Locate = texts.Locate,
            ReadVariable = Environment.GetEnvironmentVariable,
        };
    }

    /// <summary>What the project says of its release, for a shell in another process.</summary>
    public ProjectDescription Describe()
    {
        var raw = Raw();
        return new ProjectDescription
        {
            Version = ProjectDescription.OwnVersion,
            ProjectFile = ProjectFile,
            WorkDirectory = WorkDirectory,
            GatewayProgram = GatewayProgram,
            ListensOnHttp = raw.Project.ListensOnHttp,
            Properties = raw.Properties.Where(property => property.Value.Length > 0).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Items = raw.Items,
            UnknownNames = raw.UnknownNames,
            Places = Texts().Places.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private ProjectTexts Texts() => new([ProjectFile, .. Project.GetMetadata("Imports").Split(';', StringSplitOptions.RemoveEmptyEntries)]);

    private static RawItem Read(ITaskItem item)
    {
        var name = item.GetMetadata("ItemName");
        var metadata = OptionCatalogue.Items.First(option => option.Name == name).Metadata;
        return new RawItem(name, item.ItemSpec, metadata is null ? null : item.GetMetadata(metadata));
    }

    private bool IsTrue(string metadata) => bool.TryParse(Project.GetMetadata(metadata), out var value) && value;
}

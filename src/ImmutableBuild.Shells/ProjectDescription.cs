using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Shells;

/// <summary>What a project says of its release, as MSBuild evaluated it: for a shell that runs stages in a process of its own.</summary>
public sealed record ProjectDescription
{
    /// <summary>The version of this form that the code writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of the file's form.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The version of the package that wrote it.</summary>
    public required string Version { get; init; }

    /// <summary>The project file.</summary>
    public required string ProjectFile { get; init; }

    /// <summary>Where the record and all the release's files are, <c>obj/immutable/</c>.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>The gateway's assembly, as the project's package brings it.</summary>
    public required string GatewayProgram { get; init; }

    /// <summary>It uses the web SDK or references the ASP.NET Core framework.</summary>
    public bool ListensOnHttp { get; init; }

    /// <summary>The options that are set, by name.</summary>
    public required ImmutableSortedDictionary<string, string> Properties { get; init; }

    /// <summary>The items of the catalogue, in the order given.</summary>
    public ImmutableArray<RawItem> Items { get => field.IsDefault ? [] : field; init; }

    /// <summary>Names that are set but that no option has.</summary>
    public ImmutableArray<string> UnknownNames { get => field.IsDefault ? [] : field; init; }

    /// <summary>Where properties and items are set, by name.</summary>
    public ImmutableSortedDictionary<string, SourceLocation> Places { get; init; } = ImmutableSortedDictionary<string, SourceLocation>.Empty;

    /// <summary>The version of this code, without the commit it was built from.</summary>
    [JsonIgnore]
    public static string OwnVersion { get; } = typeof(ProjectDescription).Assembly.GetName().Version!.ToString();

    /// <summary>The project's name.</summary>
    [JsonIgnore]
    public string ProjectName => Path.GetFileNameWithoutExtension(ProjectFile);

    /// <summary>The options as texts for the parser, with those of <paramref name="settings"/> before the project's.</summary>
    /// <param name="settings">What the shell was told beside the project.</param>
    /// <param name="readVariable">Reads an environment variable by name.</param>
    public RawOptions Raw(OptionSettings settings, Func<string, string?> readVariable)
    {
        var places = Places.WithComparers(StringComparer.OrdinalIgnoreCase);
        return new RawOptions
        {
            Project = new ProjectFacts(ProjectName, Path.GetDirectoryName(ProjectFile)!, ListensOnHttp),
            Properties = Properties.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase).SetItems(settings.Properties),
            Items = [.. Items, .. settings.Items],
            UnknownNames = UnknownNames,
            Locate = name => places.GetValueOrDefault(name),
            ReadVariable = readVariable,
        };
    }
}

/// <summary>The file's form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProjectDescription))]
internal sealed partial class ProjectDescriptionJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tool;

/// <summary>The build that a command runs: there is one implementation of what needs the project evaluated, the build's.</summary>
internal static class BuildArguments
{
    private static readonly string[] ProjectPatterns = ["*.csproj", "*.fsproj", "*.vbproj"];

    /// <summary>As <c>dotnet build -t:<paramref name="target"/></c>, without its summary, which tells every warning and error a second time.</summary>
    public static IEnumerable<string> Of(string target, string project, ParseResult parsed, ImmutableDictionary<string, string> properties)
    {
        (PropertyOption Property, string? Value)[] given =
        [
            (OptionCatalogue.App, parsed.GetValue(AppScope.AppName)),
            (OptionCatalogue.Environment, parsed.GetValue(AppScope.Environment)),
            (OptionCatalogue.DataDirectory, parsed.GetValue(AppScope.Data) is { } data ? Path.GetFullPath(data) : null),
        ];
        var all = given.Where(each => each.Value is not null).Aggregate(properties, (sum, each) => sum.SetItem(each.Property.Name, each.Value!));
        return ["msbuild", project, "-restore", $"-t:{target}", "-m", "-nologo", "-tl:off", "-v:minimal", .. all.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"-p:{each.Key}={each.Value}")];
    }

    /// <summary>The project that is meant; an error where there is none, or more than one.</summary>
    public static string ProjectFile(ParseResult parsed)
    {
        var path = Path.GetFullPath(parsed.GetValue(AppScope.Project) ?? ".");
        if (File.Exists(path))
        {
            return path;
        }

        var projects = Directory.Exists(path) ? ProjectPatterns.SelectMany(pattern => Directory.GetFiles(path, pattern)).ToArray() : [];
        return projects.Length == 1 ? projects[0] : throw ToolErrors.ProjectUnclear(path, projects.Length);
    }
}

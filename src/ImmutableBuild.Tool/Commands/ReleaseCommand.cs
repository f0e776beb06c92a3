using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable release</c>: runs the build's target <c>Release</c> and shows its stages as they come. There is one implementation of a release, the build's.</summary>
internal static class ReleaseCommand
{
    private static readonly string[] ProjectPatterns = ["*.csproj", "*.fsproj", "*.vbproj"];

    public static Command Create()
    {
        return ToolCommand.Create("release", "Release the project, with live progress.", [BuildProperties.Option], async (parsed, output, cancellationToken) =>
        {
            var project = ProjectFile(parsed);
            var build = await ReleaseBuild.RunAsync(Arguments(project, parsed, BuildProperties.Read(parsed)), output, cancellationToken);
            var file = new ReleaseRecordFile(Path.Combine(Path.GetDirectoryName(project)!, "obj", "immutable"));
            var released = build.Succeeded && output.AsJson ? ReleasedAnswer.Of(await file.ReadAsync(cancellationToken), file.Path) : null;
            output.Answer(new ReleaseAnswer(build.Succeeded, released, build.Errors), ToolJson.Default.ReleaseAnswer, _ => { });
            return build.Succeeded ? ExitCodes.Done : ExitCodes.Refused;
        });
    }

    private static IEnumerable<string> Arguments(string project, ParseResult parsed, ImmutableDictionary<string, string> properties)
    {
        (PropertyOption Property, string? Value)[] given =
        [
            (OptionCatalogue.App, parsed.GetValue(AppScope.AppName)),
            (OptionCatalogue.Environment, parsed.GetValue(AppScope.Environment)),
            (OptionCatalogue.DataDirectory, parsed.GetValue(AppScope.Data) is { } data ? Path.GetFullPath(data) : null),
        ];
        var all = given.Where(each => each.Value is not null).Aggregate(properties, (sum, each) => sum.SetItem(each.Property.Name, each.Value!));

        // As `dotnet build`, without its summary, which tells every warning and error a second time.
        return ["msbuild", project, "-restore", "-t:Release", "-m", "-nologo", "-tl:off", "-v:minimal", .. all.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"-p:{each.Key}={each.Value}")];
    }

    private static string ProjectFile(ParseResult parsed)
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

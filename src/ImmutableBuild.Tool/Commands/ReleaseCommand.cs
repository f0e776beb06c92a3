using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable release</c>: runs <c>dotnet build -t:Release</c> and shows its stages as they come. There is one implementation of a release, the build's.</summary>
internal static class ReleaseCommand
{
    private static readonly string[] ProjectPatterns = ["*.csproj", "*.fsproj", "*.vbproj"];

    public static Command Create()
    {
        var properties = new Option<string[]>("--property", "-p") { Description = "A property of the build, name=value.", AllowMultipleArgumentsPerToken = true };
        return ToolCommand.Create("release", "Release the project, with live progress.", [properties], async (parsed, output, cancellationToken) =>
        {
            var project = ProjectFile(parsed);
            var build = await ReleaseBuild.RunAsync(Arguments(project, parsed, parsed.GetValue(properties) ?? []), output, cancellationToken);
            var record = build.Succeeded ? await new ReleaseRecordFile(Path.Combine(Path.GetDirectoryName(project)!, "obj", "immutable")).ReadAsync(cancellationToken) : null;
            output.Answer(new ReleaseAnswer(build.Succeeded, record, build.Errors), ToolJson.Default.ReleaseAnswer, _ => { });
            return build.Succeeded ? ExitCodes.Done : ExitCodes.Refused;
        });
    }

    private static IEnumerable<string> Arguments(string project, ParseResult parsed, string[] properties)
    {
        IEnumerable<string> given =
        [
            .. parsed.GetValue(AppScope.AppName) is { } app ? [$"ImmutableApp={app}"] : Array.Empty<string>(),
            .. parsed.GetValue(AppScope.Environment) is { } environment ? [$"ImmutableEnvironment={environment}"] : Array.Empty<string>(),
            .. parsed.GetValue(AppScope.Data) is { } data ? [$"ImmutableDataDirectory={Path.GetFullPath(data)}"] : Array.Empty<string>(),
            .. properties,
        ];
        return ["build", project, "-t:Release", "-nologo", "-tl:off", "-v:minimal", .. given.Select(property => $"-p:{property}")];
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

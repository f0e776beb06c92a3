using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Releases;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable release</c>: runs the build's target <c>Release</c> and shows its stages as they come. There is one implementation of a release, the build's.</summary>
internal static class ReleaseCommand
{
    public static Command Create() => ToolCommand.Create("release", "Release the project, with live progress.", [BuildProperties.Option], (parsed, output, cancellationToken) =>
        RunAsync("Release", StageName.Compile, BuildProperties.Read(parsed), parsed, output, cancellationToken));

    /// <summary>Runs the build's <paramref name="target"/>, whose stages begin with <paramref name="first"/>, and answers with what it made live.</summary>
    public static async Task<int> RunAsync(
        string target, StageName first, ImmutableDictionary<string, string> properties, ParseResult parsed, ToolOutput output, CancellationToken cancellationToken)
    {
        var project = BuildArguments.ProjectFile(parsed);
        var build = await ReleaseBuild.RunAsync(BuildArguments.Of(target, project, parsed, properties), first, output, cancellationToken);
        var file = new ReleaseRecordFile(Path.Combine(Path.GetDirectoryName(project)!, "obj", "immutable"));
        var released = build.Succeeded && output.AsJson ? ReleasedAnswer.Of(await file.ReadAsync(cancellationToken), file.Path) : null;
        output.Answer(new ReleaseAnswer(build.Succeeded, released, build.Errors), ToolJson.Default.ReleaseAnswer, _ => { });
        return build.Succeeded ? ExitCodes.Done : ExitCodes.Refused;
    }
}

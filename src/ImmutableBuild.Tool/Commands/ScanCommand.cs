using System.CommandLine;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable scan IMAGE</c>: what is in an image of a registry, a layout or an archive, and what is wrong with it. Ends with 1 when the gate refuses it.</summary>
internal static class ScanCommand
{
    private static readonly Argument<string> s_image = new("image") { Description = "host/repository:tag or @digest, local/app@digest, a layout's directory (oci:directory:tag), or an archive's file." };
    private static readonly Option<string?> s_output = new("--output") { Description = "Where scan.json, scan.sarif and the bill of materials go. Default: nowhere.", HelpName = "directory" };

    public static Command Create()
    {
        var command = ToolCommand.Create("scan", "What is in an image, and what is wrong with it.", [BuildProperties.Option, s_output], async (parsed, output, cancellationToken) =>
        {
            var scope = await AppScope.ReadAsync(parsed, cancellationToken, BuildProperties.Read(parsed), fallback: "scan");
            using var directory = new ReportDirectory(parsed.GetValue(s_output));
            return await ScanAnswers.GiveAsync(output, found => new ImageScans(ContextOf(scope, output, directory)).ScanAsync(parsed.GetValue(s_image)!, found, cancellationToken));
        });
        command.Arguments.Add(s_image);
        return command;
    }

    /// <summary>What a scan gets from a scope.</summary>
    public static StageContext ContextOf(AppScope scope, ToolOutput output, ReportDirectory directory) =>
        new(scope.Options, new ToolReporter(output), TimeProvider.System, System.Environment.GetEnvironmentVariable) { WorkDirectory = directory.Path };
}

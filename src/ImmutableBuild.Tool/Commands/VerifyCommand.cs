using System.CommandLine;
using ImmutableBuild.Releases;
using ImmutableBuild.Tool.Output;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable verify</c>: holds an image against the policy, by what its registry has. Ends with 1 when it may not run.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> s_image = new("--image") { Description = "The image, host/repository@sha256:… or local/app@sha256:….", HelpName = "reference", Required = true };

    public static Command Create() => ToolCommand.Create("verify", "Whether an image may run: its signature, and what is attested of it.", [s_image, BuildProperties.Option], async (parsed, output, cancellationToken) =>
    {
        var image = ImageToVerify.Parse(parsed.GetRequiredValue(s_image));
        var scope = await AppScope.ReadAsync(parsed, cancellationToken, BuildProperties.Read(parsed));
        var context = new StageContext(scope.Options, new ToolReporter(output), TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = "", OpenKmsKey = KmsKeys.OpenAsync };
        var report = await new ImageVerifier(context).ReportAsync(scope.App, commit: null, image.Repository, image.Image, cancellationToken);
        output.Answer(report, VerificationJson.Default.VerificationReport, text => text.Table(["check", "outcome", "detail"], [.. report.Rows.Select(row => new[] { row.Check, row.Word, row.Detail })]));
        foreach (var refusal in report.Rows.Select(row => row.Refusal).OfType<Errors.ImmutableBuildException>())
        {
            output.Tell(refusal.Diagnostics[0]);
        }

        return report.Passed ? ExitCodes.Done : ExitCodes.Refused;
    });
}

using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Local;
using ImmutableBuild.Releases;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable resume</c>: after a restart of the host, brings back every app that was serving, or those that are named.</summary>
internal static class ResumeCommand
{
    public static Command Create() => ToolCommand.Create(
        "resume", "Bring back every app that was serving before the host restarted, or those that --app and --environment choose.", [], async (parsed, output, cancellationToken) =>
        {
            var data = AppScope.DataDirectory(parsed);
            var (name, environment) = (parsed.GetValue(AppScope.AppName), parsed.GetValue(AppScope.Environment));
            var resume = new ResumeApps(new LocalTargetOptions
            {
                DataDirectory = data,
                GatewayProgram = OpenedApp.GatewayProgram,
                OpenRepository = _ => throw new InvalidOperationException("What is brought back is unpacked already."),
                ReadVariable = Environment.GetEnvironmentVariable,
            });
            bool IsMeant(AppKey app) => (name is null || app.App == name) && (environment is null || app.Environment == environment);
            var apps = await resume.RunAsync(IsMeant, app => Tell(app, output), cancellationToken);
            var failed = apps.Where(app => app.Outcome == ResumeOutcome.Failed).ToImmutableArray();
            output.Answer(Answer(apps), ToolJson.Default.ResumeAnswer, text => Conclude(apps, failed, data, text));
            return failed.IsEmpty ? ExitCodes.Done : ExitCodes.Refused;
        });

    private static void Tell(ResumedApp app, ToolOutput output)
    {
        if (app.Error is { } error)
        {
            output.Tell(error);
        }

        if (output.AsJson)
        {
            return;
        }

        var place = app.Url is { } url ? $" at {url}" : "";
        var (line, style) = app.Outcome switch
        {
            ResumeOutcome.Resumed => ($"{app.App} is back: {app.Serving} serves{place}", "green"),
            ResumeOutcome.Running => ($"{app.App} ran already: {app.Serving} serves{place}", ""),
            ResumeOutcome.Idle => ($"{app.App} had nothing that served.", ""),
            _ => ($"{app.App} could not be brought back: {app.Error?.Code}", "red"),
        };
        output.Line(line, style);
    }

    private static void Conclude(ImmutableArray<ResumedApp> apps, ImmutableArray<ResumedApp> failed, string data, ToolOutput output)
    {
        if (apps.IsEmpty)
        {
            output.Line($"Nothing to bring back in {data}.");
        }
        else if (!failed.IsEmpty)
        {
            output.Line($"Not brought back: {string.Join(", ", failed.Select(app => app.App))}.", "bold red");
        }
    }

    private static ResumeAnswer Answer(ImmutableArray<ResumedApp> apps)
    {
        var answers = apps.Select(app => new ResumedAnswer(
            app.App, app.Outcome, app.Serving, app.Url, app.Error is { } error ? new ErrorAnswer(error.Code, error.Message) : null)).ToImmutableArray();
        return new ResumeAnswer(answers, [.. answers.Select(app => app.Error).OfType<ErrorAnswer>()]);
    }
}

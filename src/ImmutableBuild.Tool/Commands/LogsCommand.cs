using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable logs</c>: the last lines of each instance. Escapes in them are made harmless unless <c>--raw</c> is given.</summary>
internal static class LogsCommand
{
    private const int MostLines = GatewayProtocol.MaximumLogLines;

    public static Command Create()
    {
        var generation = new Option<string>("--generation") { Description = "Whose log. Default: the live one's, or the newest one's when none is live.", HelpName = "generation" };
        var instance = new Option<string>("--instance") { Description = "One instance only.", HelpName = "name" };
        var lines = new Option<int>("--lines") { Description = $"Lines of each instance, 1 to {MostLines}.", HelpName = "number", DefaultValueFactory = _ => 100 };
        lines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var asked) && asked is < 1 or > MostLines)
            {
                result.AddError($"--lines is {asked}; expected 1 to {MostLines}.");
            }
        });
        var raw = new Option<bool>("--raw") { Description = "Write lines exactly as the app did, escape sequences and all." };
        return ToolCommand.Create("logs", "The last lines the app wrote.", [generation, instance, lines, raw], async (parsed, output, cancellationToken) =>
        {
            var scope = await AppScope.ReadAsync(parsed, cancellationToken);
            await using var app = new OpenedApp(scope, new ToolReporter(output));
            var status = Status.Of(await app.Target.ObserveAsync(scope.App, cancellationToken));
            var chosen = Choose(status, parsed.GetValue(generation));
            var answers = ImmutableArray.CreateBuilder<LogAnswer>();
            foreach (var name in InstancesOf(status, chosen, parsed.GetValue(instance)))
            {
                var read = await app.Target.ReadLogAsync(scope.App, chosen.Id, name, parsed.GetValue(lines), cancellationToken);
                answers.Add(new LogAnswer(chosen.Id, name, [.. read]));
            }

            var logs = answers.ToImmutable();
            output.Answer(logs, ToolJson.Default.ImmutableArrayLogAnswer, text => Show(logs, parsed.GetValue(raw), text));
            return ExitCodes.Done;
        });
    }

    private static GenerationStatus Choose(Status status, string? asked) =>
        (asked is null
            ? status.Generations.FirstOrDefault(generation => generation.Id == status.Live) ?? status.Generations.FirstOrDefault()
            : status.Generations.FirstOrDefault(generation => generation.Id.ToString() == asked))
        ?? throw ToolErrors.NothingToRead(status.App, asked is null ? "generation" : $"generation {asked}", status.Generations.Select(generation => generation.Id));

    private static string[] InstancesOf(Status status, GenerationStatus generation, string? asked) =>
        generation.Instances.Select(instance => instance.Name).Where(name => asked is null || name == asked).ToArray() is { Length: > 0 } names
            ? names
            : throw ToolErrors.NothingToRead(status.App, $"instance {asked} of {generation.Id}", status.Generations.Select(existing => existing.Id));

    private static void Show(ImmutableArray<LogAnswer> logs, bool raw, ToolOutput output)
    {
        foreach (var log in logs)
        {
            foreach (var line in log.Lines)
            {
                var text = logs.Length > 1 ? $"{log.Instance} | {line}" : line;
                if (raw)
                {
                    output.Raw(text);
                }
                else
                {
                    output.Line(text);
                }
            }
        }
    }
}

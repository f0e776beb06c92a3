using System.CommandLine;
using ImmutableBuild.Generations;
using ImmutableBuild.Reports;
using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable status</c>: what serves, where, and how it does. Ends with 1 when what has traffic does not answer.</summary>
internal static class StatusCommand
{
    public static Command Create() => ToolCommand.Create("status", "What serves, where, and how it does.", [], async (parsed, output, cancellationToken) =>
    {
        var scope = await AppScope.ReadAsync(parsed, cancellationToken);
        await using var app = new OpenedApp(scope, new ToolReporter(output));
        var status = Status.Of(await app.Target.ObserveAsync(scope.App, cancellationToken));
        output.Answer(status, StatusJson.Default.Status, text => Show(status, text));
        return status.IsServing || status.Generations.IsEmpty ? ExitCodes.Done : ExitCodes.Refused;
    });

    private static void Show(Status status, ToolOutput output)
    {
        if (status.Generations.IsEmpty)
        {
            output.Line($"{status.App} does not run.");
            output.Line(status.RollbackTo is { } last ? $"`immutable rollback` brings back {last}, which was live last." : "Nothing of it was live yet. `immutable release` releases the project in this directory.", "grey");
            return;
        }

        var place = status.Url is { } url ? $" at {url}" : "";
        output.Line($"{status.App} {(status.IsServing ? "serves" : "does not answer")}{place}", status.IsServing ? "bold green" : "bold red");
        output.Table(
            ["generation", "role", "traffic", "healthy", "requests", "errors", "age"],
            [.. status.Generations.Select(generation => new[]
            {
                $"{generation.Id}", Role(generation.Role), $"{generation.Percent} %", $"{generation.Healthy} of {generation.Instances.Length}",
                Count(generation.Requests), Count(generation.Errors), Units.Age(status.ObservedAt - generation.CreatedAt),
            })]);
        ShowInstances(status, output);
        if (status.Lease is { } lease)
        {
            output.Line($"{lease.Holder} is changing it.");
        }

        if (status.RollbackTo is { } back)
        {
            output.Line($"A rollback would go to {back}.", "grey");
        }
    }

    private static void ShowInstances(Status status, ToolOutput output)
    {
        foreach (var generation in status.Generations)
        {
            if (generation.Failure is { } why)
            {
                output.Line($"{generation.Id} failed: {why}", "yellow");
            }

            foreach (var instance in generation.Instances.Where(instance => !instance.Answers))
            {
                output.Line($"{generation.Id} instance {instance.Name}: {instance.Detail}", "yellow");
            }

            if (generation.Role == GenerationRole.Leaving)
            {
                output.Line($"{generation.Id} drains: {(generation.InFlight is { } working ? Units.Count(working, "request") : "an unknown number of requests")} in flight");
            }
        }
    }

    private static string Role(GenerationRole role) => role == GenerationRole.OnTrial ? "on trial" : role.ToString().ToLowerInvariant();

    private static string Count(long? count) => count is { } known ? Units.Number(known) : "-";
}

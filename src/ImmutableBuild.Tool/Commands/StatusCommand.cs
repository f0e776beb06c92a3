using System.CommandLine;
using ImmutableBuild.Generations;
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
            return;
        }

        var place = status.Url is { } url ? $" at {url}" : "";
        output.Line($"{status.App} {(status.IsServing ? "serves" : "does not answer")}{place}", status.IsServing ? "bold green" : "bold red");
        output.Table(
            ["generation", "role", "traffic", "healthy", "in flight", "requests", "errors", "created"],
            [.. status.Generations.Select(generation => new[]
            {
                $"{generation.Id}", $"{generation.Role}", $"{generation.Percent} %", $"{generation.Healthy} of {generation.Instances.Length}",
                $"{generation.InFlight}", $"{generation.Requests}", $"{generation.Errors}", $"{generation.CreatedAt:u}",
            })]);
        foreach (var (generation, instance) in status.Generations.SelectMany(generation => generation.Instances.Where(instance => !instance.Answers).Select(instance => (generation, instance))))
        {
            output.Line($"{generation.Id} instance {instance.Name}: {instance.Detail}", "yellow");
        }

        if (status.Lease is { } lease)
        {
            output.Line($"{lease.Holder} is changing it.");
        }

        if (status.RollbackTo is { } back)
        {
            output.Line($"A rollback would go to {back}.", "grey");
        }
    }
}

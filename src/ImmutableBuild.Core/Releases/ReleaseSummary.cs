using System.Collections.Immutable;
using System.Globalization;

namespace ImmutableBuild.Releases;

/// <summary>The closing lines of a release.</summary>
public static class ReleaseSummary
{
    /// <summary>
    /// What is live, where, what it replaced, requests lost, and how to roll back. The last line has the form
    /// <c>Project -> place</c>, which MSBuild's terminal logger shows as the project's result.
    /// </summary>
    public static ImmutableArray<string> Of(ReleaseRecord record, string projectName, string projectFile)
    {
        if (record.HealthGate is not { } gate)
        {
            return [];
        }

        var place = gate.Url ?? $"{record.App} (a worker, without a port)";
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add(record.Deploy is { AlreadyLive: true }
            ? $"  {gate.Live} was live already: nothing was changed."
            : $"  {gate.Live} is live in {record.App.Environment}{(record.Promoted is { } promoted ? $", {promoted}" : "")}, {Replacing(gate)}, {Lost(record.RequestsLost)}.");
        if (gate.Replaced is not null)
        {
            lines.Add($"  To go back: dotnet build \"{projectFile}\" -t:Rollback{ForEnvironment(record.App)}");
        }

        lines.Add($"{projectName} -> {place} (generation {gate.Live}{(gate.Replaced is { } old ? $", replaced {old}" : "")})");
        return lines.ToImmutable();
    }

    private static string Replacing(HealthGateRecord gate) =>
        gate.Replaced is { } old
            ? $"it replaced {old}{(gate.SwitchTime is { } time ? string.Create(CultureInfo.InvariantCulture, $" (switched in {time.TotalMilliseconds:0} ms)") : "")}"
            : "the first one";

    private static string Lost(long? requests) => requests switch
    {
        null => "lost requests not counted",
        0 => "no request was lost",
        1 => "1 request was lost",
        var count => $"{count} requests were lost",
    };

    private static string ForEnvironment(AppKey app) => app.Environment == "dev" ? "" : $" -p:ImmutableEnvironment={app.Environment}";
}

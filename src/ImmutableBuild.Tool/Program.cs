using System.CommandLine;
using ImmutableBuild.Errors;
using ImmutableBuild.Tool;
using ImmutableBuild.Tool.Commands;

var root = new RootCommand("Looks after apps that were released with ImmutableBuild.")
{
    ReleaseCommand.Create(),
    StatusCommand.Create(),
    HistoryCommand.Create(),
    RollbackCommand.Create(),
    PromoteCommand.Create(),
    LogsCommand.Create(),
    DebugCommand.Create(),
    VerifyCommand.Create(),
    DriftCommand.Create(),
    HealCommand.Create(),
    ScanCommand.Create(),
    RescanCommand.Create(),
    StopCommand.Create(),
    ResumeCommand.Create(),
    KeyCommand.Create(),
    AppScope.Project,
    AppScope.AppName,
    AppScope.Environment,
    AppScope.Data,
    AppScope.Json,
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0 && args.Contains(AppScope.Json.Name, StringComparer.Ordinal))
{
    return ToolCommand.RefuseUsage(ToolErrors.NotUnderstood(parsed.Errors.Select(error => error.Message)));
}

var code = await parsed.InvokeAsync(new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,

    // A release or rollback that is interrupted first routes back.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
});
return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;

using System.Diagnostics;
using Serilog;

namespace Nuke.Common.Tooling;

/// <summary>Which stream a line came by.</summary>
public enum OutputType
{
    Std,
    Err,
}

/// <summary>A line of a program.</summary>
public struct Output
{
    public OutputType Type;
    public string Text;
}

/// <summary>A running program.</summary>
public interface IProcess : IDisposable
{
    string FileName { get; }

    string Arguments { get; }

    string WorkingDirectory { get; }

    IReadOnlyCollection<Output> Output { get; }

    int ExitCode { get; }

    bool HasExited { get; }

    int Id { get; }

    void Kill();

    bool WaitForExit();
}

/// <summary>Starts programs.</summary>
public static class ProcessTasks
{
    public static IProcess StartProcess(
        string toolPath,
        ArgumentStringHandler arguments,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null)
    {
        var filter = arguments.GetFilter();
        return StartProcess(toolPath, arguments.ToStringAndClear(), workingDirectory, environmentVariables, timeout, logOutput, logInvocation, logger, filter);
    }

    public static IProcess StartProcess(
        string toolPath,
        string arguments = null,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null,
        Func<string, string> outputFilter = null)
    {
        var filter = outputFilter ?? (text => text);
        var start = new ProcessStartInfo(toolPath, arguments ?? "") { WorkingDirectory = workingDirectory ?? EnvironmentInfo.WorkingDirectory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (environmentVariables is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environmentVariables)
            {
                start.Environment[name] = value;
            }
        }

        if (logInvocation ?? true)
        {
            Log.Information("> {ToolPath} {Arguments}", toolPath, filter(start.Arguments));
        }

        return new StartedProcess(Process.Start(start), logOutput ?? true ? logger ?? DefaultLogger : null, filter, timeout);
    }

    public static void DefaultLogger(OutputType type, string output)
    {
        if (type == OutputType.Std)
        {
            Log.Debug("{Output:l}", output);
        }
        else
        {
            Log.Error("{Output:l}", output);
        }
    }
}

/// <summary>How a program ended.</summary>
public static class ProcessExtensions
{
    public static IProcess AssertWaitForExit(this IProcess process)
    {
        Assert.True(process is not null && process.WaitForExit(), "The process did not end in time");
        return process;
    }

    public static IProcess AssertZeroExitCode(this IProcess process)
    {
        process.AssertWaitForExit();
        return process.ExitCode == 0 ? process : throw new ProcessException(process);
    }
}

/// <summary>A program ended badly.</summary>
public class ProcessException : Exception
{
    internal ProcessException(IProcess process)
        : base($"Process '{Path.GetFileName(process.FileName)}' exited with code {process.ExitCode}.")
    {
    }
}

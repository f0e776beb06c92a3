using System.Diagnostics;

namespace Nuke.Common.Tooling;

/// <summary>A process whose lines are told as they come.</summary>
internal sealed class StartedProcess : IProcess
{
    private readonly Process _process;
    private readonly int? _timeout;
    private readonly List<Output> _output = [];

    public StartedProcess(Process process, Action<OutputType, string> logger, Func<string, string> filter, int? timeout)
    {
        (_process, _timeout, Arguments) = (process, timeout, filter(process.StartInfo.Arguments));
        process.OutputDataReceived += (_, line) => Take(OutputType.Std, line.Data);
        process.ErrorDataReceived += (_, line) => Take(OutputType.Err, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        void Take(OutputType type, string text)
        {
            if (text is null)
            {
                return;
            }

            lock (_output)
            {
                _output.Add(new Output { Type = type, Text = text });
                logger?.Invoke(type, filter(text));
            }
        }
    }

    public string FileName => _process.StartInfo.FileName;

    public string Arguments { get; }

    public string WorkingDirectory => _process.StartInfo.WorkingDirectory;

    public IReadOnlyCollection<Output> Output
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    public void Kill() => _process.Kill(entireProcessTree: true);

    public bool WaitForExit()
    {
        if (_timeout is { } limit && !_process.WaitForExit(limit))
        {
            Kill();
            return false;
        }

        _process.WaitForExit();
        return true;
    }

    public void Dispose() => _process.Dispose();
}

using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Nuke.Common.Execution;

/// <summary>Serilog's log, as lines on the console, and as what the host makes of warnings and errors.</summary>
internal sealed class BuildLog(Host host) : ILogEventSink
{
    public static Logger Create(Host host, Verbosity verbosity) => new LoggerConfiguration()
        .MinimumLevel.Is(verbosity switch
        {
            Verbosity.Verbose => LogEventLevel.Verbose,
            Verbosity.Normal => LogEventLevel.Debug,
            Verbosity.Minimal => LogEventLevel.Warning,
            _ => LogEventLevel.Error,
        })
        .WriteTo.Sink(new BuildLog(host)).CreateLogger();

    public void Emit(LogEvent logEvent)
    {
        var text = logEvent.RenderMessage();
        var level = logEvent.Level switch { LogEventLevel.Verbose => "VRB", LogEventLevel.Debug => "DBG", LogEventLevel.Information => "INF", LogEventLevel.Warning => "WRN", _ => "ERR" };
        Console.WriteLine($"{DateTime.Now:HH:mm:ss} [{level}] {text}");
        if (logEvent.Exception is { } fault)
        {
            Console.WriteLine(fault);
        }

        if (logEvent.Level == LogEventLevel.Warning)
        {
            host.ReportWarning(text);
        }
        else if (logEvent.Level >= LogEventLevel.Error)
        {
            host.ReportError(text);
        }
    }
}

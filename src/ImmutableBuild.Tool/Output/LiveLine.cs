using System.Globalization;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Tool.Output;

/// <summary>
/// The last line of a terminal while something runs: what is at work, and for how long. It is taken away before other lines are written and put
/// back after them; those may be as long as they are, so this must not guess how many rows they take.
/// </summary>
internal sealed class LiveLine : IAsyncDisposable
{
    private const string Frames = "⣷⣯⣟⡿⢿⣻⣽⣾";
    private const string Erase = "\r\u001b[2K";
    private const string Yellow = "\u001b[33m";
    private const string Plain = "\u001b[0m";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly TextWriter _terminal;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private string _work;
    private long _began;
    private int _frame;
    private bool _ended;

    public LiveLine(TextWriter terminal, string work, TimeProvider time)
    {
        (_terminal, _work, _time, _began) = (terminal, work, time, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Draw(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>From now on <paramref name="work"/> is at work.</summary>
    public void Begin(string work)
    {
        lock (_gate)
        {
            (_work, _began) = (work, _time.GetTimestamp());
        }

        Draw();
    }

    /// <summary>Writes other lines above it.</summary>
    public void Above(Action write)
    {
        lock (_gate)
        {
            _terminal.Write(Erase);
            write();
            DrawHeld();
        }
    }

    /// <summary>Takes it away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _terminal.Write(Erase);
            _terminal.Flush();
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            try
            {
                DrawHeld();
            }
            catch (IOException)
            {
                // The terminal is gone. Nothing may be thrown from a timer: the process would end with its release half done.
                _ended = true;
            }
        }
    }

    private void DrawHeld()
    {
        if (_ended)
        {
            return;
        }

        _frame = (_frame + 1) % Frames.Length;
        _terminal.Write(string.Create(CultureInfo.InvariantCulture, $"{Erase}{Yellow}{Frames[_frame]}{Plain} {_work} {Units.Age(_time.GetElapsedTime(_began))}"));
        _terminal.Flush();
    }
}

using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.State;

/// <summary>
/// The one place where the state changes: first on disk, then in memory, one change at a time, and only by the gateway that opened it last
/// (<see cref="StateFence"/>). The file before the newest one is kept and used when the newest can't be read.
/// </summary>
internal sealed class StateStore
{
    /// <summary>No state written by a gateway comes near it; more is not ours.</summary>
    private const long MaximumBytes = 64 * 1024 * 1024;

    private const int ReadAttempts = 10;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly string _previous;
    private readonly StateFence _fence;
    private readonly TimeProvider _time;
    private readonly Action<string> _flushDirectory;
    private readonly GatewayLog _log;
    private volatile GatewayState _current;
    private bool _isClosed;
    private bool _isDeleted;

    private StateStore(string path, string previous, GatewayState state, StateFence fence, TimeProvider time, Action<string> flushDirectory, GatewayLog log)
    {
        _path = path;
        _previous = previous;
        _current = state;
        _fence = fence;
        _time = time;
        _flushDirectory = flushDirectory;
        _log = log;
    }

    /// <summary>The state as it is on disk.</summary>
    public GatewayState Current => _current;

    /// <summary>
    /// Takes over the state in <paramref name="directory"/> and reads it, or begins a new one: whoever had it open changes it no more. IMB6050 when
    /// it can't be taken over, IMB6052 and IMB6053 when what is there can't be used (F10).
    /// </summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="app">Whose state it is.</param>
    /// <param name="time">The gateway's clock.</param>
    /// <param name="log">Where a fallback is told.</param>
    /// <param name="flushDirectory">How a rename is made to last; by default <see cref="DurableFile.FlushDirectory"/>.</param>
    /// <param name="fence">The claim to the directory where it was made before; by default it is made here.</param>
    public static StateStore Open(string directory, AppKey app, TimeProvider time, GatewayLog log, Action<string>? flushDirectory = null, StateFence? fence = null)
    {
        fence ??= StateFence.Claim(directory, log);
        var path = Path.Combine(directory, "state.json");
        var previous = Path.Combine(directory, "state.previous.json");
        RemoveCutShort(path + ".tmp");
        var state = Read(path, previous, app, log) ?? GatewayState.New(app, time.GetUtcNow());
        return new StateStore(path, previous, state, fence, time, flushDirectory ?? DurableFile.FlushDirectory, log);
    }

    /// <summary>Throws as <see cref="Open"/> would, and touches nothing.</summary>
    public static void DemandReadable(string directory, AppKey app, GatewayLog log) =>
        _ = Read(Path.Combine(directory, "state.json"), Path.Combine(directory, "state.previous.json"), app, log);

    /// <summary>
    /// Makes <paramref name="change"/> durable, then current, then runs <paramref name="effect"/> before any other change may begin.
    /// A change that throws, or returns the same state, writes nothing. IMB6050 when the disk refuses: nothing changed (F09). IMB6003 once the state was
    /// removed, IMB6060 when another gateway has the state by now.
    /// </summary>
    public GatewayState Change(Func<GatewayState, GatewayState> change, Action<GatewayState>? effect = null)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw GatewayErrors.HandedOver(_current.App);
            }

            if (_isDeleted)
            {
                throw DeployErrors.TargetUnavailable(_current.App, "the app was stopped, and its gateway is ending");
            }

            using var alone = Enter();
            var next = change(_current);
            if (!ReferenceEquals(next, _current))
            {
                next = next with { WrittenAt = _time.GetUtcNow() };
                Write(next);
                var forgets = _current.Generations.Any(record => next.Find(record.Spec.Id) is null);
                _current = next;
                if (forgets)
                {
                    Forget();
                }
            }

            effect?.Invoke(next);
            return next;
        }
    }

    /// <summary>Another gateway has the state from now on: no change is taken any more. One that is under way ends first.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>Removes the state for good, once everything it speaks of is gone; the effect of a change. No other is taken any more: whoever comes then needs a gateway that goes on.</summary>
    public void Delete()
    {
        lock (_gate)
        {
            File.Delete(_previous);
            File.Delete(_path + ".tmp");
            File.Delete(_path);
            _isDeleted = true;
        }
    }

    /// <summary>Removes what a killed gateway had begun to write: it never was the state, and may hold secrets.</summary>
    private static void RemoveCutShort(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next change writes to the same file, and reports what is wrong with it.
        }
    }

    private static GatewayState? Read(string path, string previous, AppKey app, GatewayLog log)
    {
        if (!File.Exists(path) && !File.Exists(previous))
        {
            return null;
        }

        try
        {
            return ParseInTime(path, app, log);
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            log.Write($"{path} can't be read ({fault.Message}); using {previous}");
            try
            {
                return Parse(previous, app).AfterLoss();
            }
            catch (Exception second) when (second is IOException or JsonException or UnauthorizedAccessException)
            {
                throw GatewayErrors.StateUnreadable(path, fault);
            }
        }
    }

    /// <summary>Tries again to read a newest file that is there but can't be read at the moment, as when descriptors or memory are short: the older file lacks the latest change.</summary>
    private static GatewayState ParseInTime(string path, AppKey app, GatewayLog log)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Parse(path, app);
            }
            catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException) && attempt < ReadAttempts)
            {
                log.Write($"{path} can't be read ({fault.Message}); trying again");
                Thread.Sleep(BetweenAttempts);
            }
        }
    }

    private static GatewayState Parse(string path, AppKey app)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes } file)
        {
            throw new JsonException($"{file.Length} bytes are more than a state can have.");
        }

        var json = File.ReadAllBytes(path);
        var schema = JsonSerializer.Deserialize(json, StateJson.Default.SchemaOnly)?.Schema ?? 0;
        if (schema > GatewayState.CurrentSchema)
        {
            throw GatewayErrors.StateTooNew(path, schema, GatewayState.CurrentSchema);
        }

        var state = Deserialize(json) ?? throw new JsonException("The file holds no state.");
        return StateRules.FirstBroken(state, app) is { } broken ? throw new JsonException(broken) : state;
    }

    private static GatewayState? Deserialize(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, StateJson.Default.GatewayState);
        }
        catch (Exception fault) when (fault is not JsonException)
        {
            // A constructor refused its values, such as a route whose shares don't add up.
            throw new JsonException(fault.Message, fault);
        }
    }

    /// <summary>Writes the state once more, so that the older file holds the same: the secrets of a generation that is gone must not stay in it.</summary>
    private void Forget()
    {
        try
        {
            Write(_current);
        }
        catch (ImmutableBuildException fault)
        {
            // The change itself is on disk; the next one takes the older file away.
            _log.Write(fault.Message);
        }
    }

    /// <summary>Keeps every other gateway from the state, until the result is disposed of.</summary>
    private IDisposable Enter()
    {
        try
        {
            return _fence.TryEnter() ?? throw GatewayErrors.HandedOver(_current.App);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(_path, fault);
        }
    }

    private void Write(GatewayState state)
    {
        try
        {
            if (DurableFile.Replace(_path, _previous, JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.GatewayState), _flushDirectory) is { } fault)
            {
                _log.Write($"{_path}: a power cut may undo the latest change: {fault.Message}");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(_path, fault);
        }
    }
}

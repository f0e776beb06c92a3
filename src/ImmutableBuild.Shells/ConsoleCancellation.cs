using System.Runtime.InteropServices;

namespace ImmutableBuild.Shells;

/// <summary>Ctrl+C, and the request to end that runners send, as a cancellation: the work that is cancelled puts right what it began, and the process lives that long.</summary>
public sealed class ConsoleCancellation : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<PosixSignalRegistration> _signals;

    /// <summary>Listens from now on.</summary>
    public ConsoleCancellation() => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Cancel))];

    /// <summary>Cancelled when the process was asked to end.</summary>
    public CancellationToken Token => _cancel.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _cancel.Dispose();
    }

    private void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true;
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The signal came as the work ended: there is nothing left to cancel.
        }
    }
}

using System.Diagnostics;
using System.Text;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>A running ssh as a stream. What it writes to its standard error explains why it ended.</summary>
internal sealed class SshProcess
{
    private const int MaximumErrorCharacters = 2000;

    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <summary>Takes the process over.</summary>
    public SshProcess(Process process)
    {
        _process = process;
        _errors = ReadErrorsAsync(process.StandardError);
        Stream = new EngineStream(new SshPipe(process.StandardOutput.BaseStream, EndedAsync), new SshPipe(process.StandardInput.BaseStream, EndedAsync), CloseInputAsync, Release);
    }

    /// <summary>The connection; ends the process when it is disposed.</summary>
    public EngineStream Stream { get; }

    private async ValueTask CloseInputAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.BaseStream.FlushAsync(cancellationToken);
        _process.StandardInput.Close();
    }

    private void Release()
    {
        OtherProgram.Kill(_process);
        _process.Dispose();
    }

    // Why nothing came, or nothing could be written.
    private async Task<SshException> EndedAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return new SshException($"ssh ended with exit code {_process.ExitCode}: {(await _errors).Trim()}");
    }

    // Read to its end, so that ssh never waits for a reader, and kept to a bound.
    private static async Task<string> ReadErrorsAsync(StreamReader errors)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        try
        {
            while (await errors.ReadAsync(buffer.AsMemory()) is var count and > 0)
            {
                kept.Append(buffer, 0, Math.Min(count, MaximumErrorCharacters - kept.Length));
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process was disposed; what was read is all there is.
        }

        return kept.ToString();
    }
}

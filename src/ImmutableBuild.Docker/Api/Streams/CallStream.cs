using ImmutableBuild.Docker.Api.Calls;

namespace ImmutableBuild.Docker.Api.Streams;

/// <summary>The body of a reply, or a connection that was handed over. What goes wrong with it is a <see cref="DockerApiException"/>.</summary>
/// <param name="operation">The call, for messages.</param>
/// <param name="inner">The stream below.</param>
/// <param name="owner">What is disposed with it.</param>
/// <param name="closeWrite">Closes the writing half; null where nothing can be written.</param>
internal sealed class CallStream(string operation, Stream inner, IDisposable owner, Func<CancellationToken, ValueTask>? closeWrite = null) : Stream
{
    /// <summary>The call, for messages.</summary>
    public string Operation => operation;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => closeWrite is not null;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Tells the engine that nothing more will be written.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken) => GuardAsync(closeWrite ?? throw new NotSupportedException(), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (CallFaults.Knows(fault))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw CallFaults.Translate(operation, fault);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        GuardAsync(token => inner.WriteAsync(buffer, token), cancellationToken);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => GuardAsync(token => new ValueTask(inner.FlushAsync(token)), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            owner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask GuardAsync(Func<CancellationToken, ValueTask> act, CancellationToken cancellationToken)
    {
        try
        {
            await act(cancellationToken);
        }
        catch (Exception fault) when (CallFaults.Knows(fault))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw CallFaults.Translate(operation, fault);
        }
    }
}

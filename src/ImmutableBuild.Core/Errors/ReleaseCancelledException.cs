namespace ImmutableBuild.Errors;

/// <summary>A release that was cancelled after it had changed something, with how things stand now in its message.</summary>
public sealed class ReleaseCancelledException : OperationCanceledException
{
    internal ReleaseCancelledException(string message, Exception inner, CancellationToken cancellationToken)
        : base(message, inner, cancellationToken)
    {
    }
}

using System.Net;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api;

/// <summary>A call that failed. The message names the call and holds the engine's own words, bounded and harmless to a terminal.</summary>
internal sealed class DockerApiException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What it means.</param>
    /// <param name="operation">What the engine was asked to do.</param>
    /// <param name="status">The reply's status; null where there was none.</param>
    /// <param name="detail">The engine's words, or what went wrong on the way.</param>
    /// <param name="inner">The cause.</param>
    public DockerApiException(DockerErrorKind kind, string operation, HttpStatusCode? status, string detail, Exception? inner = null)
        : base($"{PrintableText.Of(operation)}: {(status is { } code ? $"{(int)code} " : "")}{PrintableText.Of(detail)}", inner)
    {
        (Kind, Operation, StatusCode, Detail) = (kind, operation, status, PrintableText.Of(detail));
        IsTransient = kind == DockerErrorKind.NoReply || EngineRestarts.Explains(status, detail);
    }

    /// <summary>What it means.</summary>
    public DockerErrorKind Kind { get; }

    /// <summary>What the engine was asked to do.</summary>
    public string Operation { get; }

    /// <summary>The reply's status; null where there was none.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>The engine's words, or what went wrong on the way.</summary>
    public string Detail { get; }

    /// <summary>True when the same call may succeed later; observe first, since it may have taken effect.</summary>
    public bool IsTransient { get; }

    /// <summary>The same as an error of the catalogue, for a user who sees it.</summary>
    public ImmutableBuildException ToUserError() => Kind switch
    {
        DockerErrorKind.NoReply => DockerErrors.NoReply(Operation, Detail, this),
        DockerErrorKind.NotUnderstood => DockerErrors.ReplyNotUnderstood(Operation, Detail, this),
        _ => DockerErrors.CallRefused(Operation, (int)StatusCode.GetValueOrDefault(), Detail, IsTransient, this),
    };
}

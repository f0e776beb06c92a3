using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Transports;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api;

/// <summary>Says why the first call to an engine failed, in words that help.</summary>
internal static class UnreachableEngine
{
    /// <summary>The error for the user.</summary>
    public static ImmutableBuildException Explain(DockerEndpoint endpoint, DockerApiException fault)
    {
        if (fault.StatusCode is { } status)
        {
            return status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || fault.IsTransient
                ? fault.ToUserError()
                : DockerErrors.NotAnEngine(endpoint.Address, $"{(int)status} {fault.Detail}", fault);
        }

        for (Exception? cause = fault.InnerException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SshException:
                    return DockerErrors.SshFailed(endpoint.Address, cause.Message, fault);
                case AuthenticationException:
                    return DockerErrors.TlsRefused(endpoint.Address, CallFaults.Root(cause).Message, fault);
                case UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return DockerErrors.EngineForbidden(endpoint.Address, Environment.UserName, fault);
                case FileNotFoundException or SocketException:
                    return DockerErrors.EngineAbsent(endpoint.Address, cause.Message, fault);
            }
        }

        // What closes the connection without a word is no engine either; one that only is slow may be.
        return fault.Kind == DockerErrorKind.NotUnderstood || fault.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? DockerErrors.NotAnEngine(endpoint.Address, fault.Detail, fault)
            : DockerErrors.EngineAbsent(endpoint.Address, fault.Detail, fault);
    }
}

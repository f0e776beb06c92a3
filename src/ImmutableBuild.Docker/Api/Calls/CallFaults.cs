using System.Net;
using System.Security.Authentication;
using System.Text.Json;

namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>Makes a <see cref="DockerApiException"/> of whatever can go wrong with a call.</summary>
internal static class CallFaults
{
    /// <summary>Whether <see cref="Translate"/> knows what to make of it.</summary>
    public static bool Knows(Exception fault) => fault is HttpRequestException or IOException or UnauthorizedAccessException or AuthenticationException or System.Net.Sockets.SocketException or ObjectDisposedException;

    /// <summary>What <paramref name="fault"/> means for <paramref name="operation"/>.</summary>
    public static DockerApiException Translate(string operation, Exception fault)
    {
        var garbled = fault is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded };
        return new DockerApiException(garbled ? DockerErrorKind.NotUnderstood : DockerErrorKind.NoReply, operation, null, Root(fault).Message, fault);
    }

    /// <summary>No reply in time.</summary>
    public static DockerApiException Late(string operation, TimeSpan waited, Exception fault) =>
        new(DockerErrorKind.NoReply, operation, null, $"nothing more came within {waited.TotalSeconds:0.#} s", fault);

    /// <summary>A reply that isn't what the API says.</summary>
    public static DockerApiException NotUnderstood(string operation, string what, Exception? fault = null) =>
        new(DockerErrorKind.NotUnderstood, operation, null, what, fault);

    /// <summary>A status that is none of success.</summary>
    public static DockerApiException Refused(string operation, HttpStatusCode status, string engineSays) => new(Kind(status), operation, status, engineSays);

    /// <summary>The engine's message in the body of a reply that failed.</summary>
    public static string EngineSays(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DockerJson.Default.ErrorResponse)?.Message ?? "";
        }
        catch (JsonException)
        {
            // A proxy's page, or an engine that listens with TLS: the text itself is the best there is.
            return System.Text.Encoding.UTF8.GetString(body).Trim();
        }
    }

    /// <summary>The innermost cause, which says most.</summary>
    public static Exception Root(Exception fault) => fault.InnerException is { } inner and not (System.ComponentModel.Win32Exception) || fault.InnerException is System.Net.Sockets.SocketException ? Root(fault.InnerException!) : fault;

    private static DockerErrorKind Kind(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => DockerErrorKind.NotFound,
        HttpStatusCode.Conflict => DockerErrorKind.Conflict,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => DockerErrorKind.Forbidden,
        >= HttpStatusCode.InternalServerError => DockerErrorKind.EngineFault,
        < HttpStatusCode.OK or >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => DockerErrorKind.NotUnderstood,
        _ => DockerErrorKind.Refused,
    };
}

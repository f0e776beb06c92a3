namespace ImmutableBuild.Gateway.Http1;

/// <summary>An instance answered with something that is not a response of HTTP/1.1 (RFC 9112), or with a larger head than is taken.</summary>
internal sealed class MalformedResponseException(string message) : IOException(message);

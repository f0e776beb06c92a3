namespace ImmutableBuild.Gateway.Http1;

/// <summary>How it is known where a response's body ends (RFC 9112, 6.3).</summary>
internal enum BodyFraming
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>After as many bytes as Content-Length says.</summary>
    Length,

    /// <summary>After the last chunk and the trailers.</summary>
    Chunked,

    /// <summary>When the instance closes the connection.</summary>
    UntilClosed,
}

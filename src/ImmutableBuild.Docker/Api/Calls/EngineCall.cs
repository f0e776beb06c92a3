using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>One call, before it is sent.</summary>
/// <param name="Method">GET and HEAD go over kept connections, anything else over one of its own.</param>
/// <param name="Path">The path below the version.</param>
/// <param name="Operation">What the engine is asked to do, as it stands in a message: "start container web-1".</param>
internal sealed record EngineCall(HttpMethod Method, string Path, string Operation)
{
    /// <summary>Makes the body; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The value of <c>X-Registry-Auth</c>. Never shown.</summary>
    public string? RegistryAuth { get; init; }

    /// <summary>The value of <c>X-Registry-Config</c>, the credentials of several registries. Never shown.</summary>
    public string? RegistryConfiguration { get; init; }

    /// <summary>How much longer than usual the reply may take, because the engine waits for something itself.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Whether the body is long, so that the engine is asked first whether it takes it (<c>Expect: 100-continue</c>).</summary>
    public bool Uploads { get; init; }

    /// <summary>GET.</summary>
    public static EngineCall Get(string path, string operation) => new(HttpMethod.Get, path, operation);

    /// <summary>POST without a body.</summary>
    public static EngineCall Post(string path, string operation) => new(HttpMethod.Post, path, operation);

    /// <summary>POST with JSON.</summary>
    public static EngineCall Post<T>(string path, string operation, T body) =>
        new(HttpMethod.Post, path, operation) { Content = () => DockerJson.Content(body) };

    /// <summary>A call that sends <paramref name="tar"/>, which the caller keeps.</summary>
    public static EngineCall Upload(HttpMethod method, string path, string operation, Stream tar) => new(method, path, operation)
    {
        Uploads = true,
        Content = () => new StreamContent(new Borrowed(tar)) { Headers = { ContentType = new("application/x-tar") } },
    };

    /// <summary>DELETE.</summary>
    public static EngineCall Delete(string path, string operation) => new(HttpMethod.Delete, path, operation);

    // A record prints all its members, and some of these are credentials: method and path alone are printed.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(Method).Append(' ').Append(Path);
        return true;
    }
}

using ImmutableBuild.Errors;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Api.Endpoints;

/// <summary>Finds the engine as docker does: DOCKER_HOST, then the docker context, then the platform's own socket.</summary>
/// <param name="readVariable">Reads an environment variable.</param>
/// <param name="isWindows">Whether the platform's own socket is a named pipe, and a user's home that of <c>USERPROFILE</c>.</param>
internal sealed class EndpointDiscovery(Func<string, string?> readVariable, bool isWindows)
{
    private const string DefaultContext = "default";

    /// <summary>The endpoint; throws IMB6200 or IMB6201 where what is configured can't be used.</summary>
    public DockerEndpoint Find()
    {
        if (Variable("DOCKER_HOST") is { } address)
        {
            return EndpointAddress.Parse(address, "DOCKER_HOST", TlsOfVariables());
        }

        var contexts = Configuration() is { } directory ? new DockerContexts(directory) : null;
        var name = Variable("DOCKER_CONTEXT") ?? contexts?.Current();
        if (name is not null and not DefaultContext)
        {
            return contexts?.Endpoint(name) ?? throw DockerErrors.ContextUnusable(name, "", "neither DOCKER_CONFIG nor HOME says where contexts are");
        }

        return isWindows ? new NamedPipeEndpoint(".", "docker_engine") : new UnixSocketEndpoint("/var/run/docker.sock");
    }

    // DOCKER_TLS without VERIFY means TLS that trusts anyone. A release is not sent to anyone: it is verified as well.
    private TlsFiles? TlsOfVariables() => Variable("DOCKER_TLS_VERIFY") is null && Variable("DOCKER_TLS") is null
        ? null
        : new TlsFiles(Variable("DOCKER_CERT_PATH") ?? Configuration() ?? ".");

    private string? Configuration() => DockerDirectory.Find(readVariable, isWindows);

    private string? Variable(string name) => readVariable(name) is { Length: > 0 } value ? value : null;
}

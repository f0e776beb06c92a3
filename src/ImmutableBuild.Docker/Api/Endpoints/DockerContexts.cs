using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api.Endpoints;

/// <summary>The contexts that <c>docker context</c> keeps in docker's configuration directory.</summary>
/// <param name="configuration">That directory, mostly <c>~/.docker</c>.</param>
internal sealed class DockerContexts(string configuration)
{
    private const int MaximumBytes = 1024 * 1024;

    private string ConfigFile => Path.Combine(configuration, "config.json");

    /// <summary>The name of the context in use; null where none is chosen.</summary>
    public string? Current()
    {
        if (!File.Exists(ConfigFile))
        {
            return null;
        }

        using var document = Read(ConfigFile, "the current one");
        return Text(document.RootElement, "currentContext") is { Length: > 0 } name ? name : null;
    }

    /// <summary>The endpoint of context <paramref name="name"/>; throws IMB6201 when it can't be used.</summary>
    public DockerEndpoint Endpoint(string name)
    {
        // The directory is named by a hash, so a name can't lead anywhere else.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var file = Path.Combine(configuration, "contexts", "meta", id, "meta.json");
        if (!File.Exists(file))
        {
            throw DockerErrors.ContextUnusable(name, file, "there is no context of that name");
        }

        using var document = Read(file, name);
        if (!TryObject(document.RootElement, "Endpoints", out var endpoints) || !TryObject(endpoints, "docker", out var docker) || Text(docker, "Host") is not { Length: > 0 } host)
        {
            throw DockerErrors.ContextUnusable(name, file, "it names no docker host");
        }

        if (docker.TryGetProperty("SkipTLSVerify", out var skip) && skip.ValueKind == JsonValueKind.True)
        {
            throw DockerErrors.ContextUnusable(name, file, "it skips the verification of TLS, and a release is not sent to whoever answers");
        }

        var tls = Path.Combine(configuration, "contexts", "tls", id, "docker");
        return EndpointAddress.Parse(host, $"The host of the docker context '{PrintableText.Of(name)}'", Directory.Exists(tls) ? new TlsFiles(tls) : null);
    }

    // The content may hold credentials of registries, so nothing of it is shown.
    private static JsonDocument Read(string file, string name)
    {
        try
        {
            return new FileInfo(file).Length <= MaximumBytes
                ? JsonDocument.Parse(File.ReadAllBytes(file))
                : throw DockerErrors.ContextUnusable(name, file, $"the file has more than {MaximumBytes} bytes");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw DockerErrors.ContextUnusable(name, file, $"the file can't be read as JSON ({fault.GetType().Name})");
        }
    }

    private static bool TryObject(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

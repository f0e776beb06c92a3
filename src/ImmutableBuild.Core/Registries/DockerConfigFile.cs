using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>What Docker's <c>config.json</c> says of registries.</summary>
internal sealed class DockerConfigFile
{
    private const int MaxBytes = 1024 * 1024;
    private const string DockerHub = "https://index.docker.io/v1/";

    private readonly string _file;
    private readonly JsonElement _root;

    private DockerConfigFile(string file, JsonElement root) => (_file, _root) = (file, root);

    /// <summary>Reads it: in the directory that <c>DOCKER_CONFIG</c> names, else in the user's <c>.docker</c>. Null when there is none, IMB5010 for a damaged one.</summary>
    public static DockerConfigFile? Read(Func<string, string?> readVariable)
    {
        if (DockerDirectory.Find(readVariable, OperatingSystem.IsWindows()) is not { } directory)
        {
            return null;
        }

        var file = Path.Combine(directory, "config.json");
        if (!File.Exists(file))
        {
            return null;
        }

        if (new FileInfo(file).Length > MaxBytes)
        {
            throw RegistryErrors.DockerConfigInvalid(file, $"it has more than {MaxBytes} bytes");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return new DockerConfigFile(file, document.RootElement.Clone());
        }
        catch (JsonException fault)
        {
            throw RegistryErrors.DockerConfigInvalid(file, fault.GetType().Name);
        }
    }

    /// <summary>How its entries and helpers call a registry that has no entry yet.</summary>
    public static string ServerOf(string host) => host == "docker.io" ? DockerHub : host;

    /// <summary>The helper that holds a registry's credential, by the end of its program's name; null for none. One for this registry wins over the one for all.</summary>
    public string? HelperOf(string host) => Checked(() =>
    {
        var own = _root.TryGetProperty("credHelpers", out var helpers) ? KeysOf(host).Select(key => TextOf(helpers, key)).FirstOrDefault(found => found is not null) : null;
        return own ?? TextOf(_root, "credsStore");
    });

    /// <summary>The credential that the file itself holds; null for none.</summary>
    public RegistryCredential? EntryOf(string host) => Checked(() =>
        _root.TryGetProperty("auths", out var auths) ? KeysOf(host).Select(key => Entry(auths, key)).FirstOrDefault(found => found is not null) : null);

    private T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException)
        {
            throw RegistryErrors.DockerConfigInvalid(_file, fault.GetType().Name);
        }
    }

    private static string[] KeysOf(string host) => host == "docker.io"
        ? [DockerHub, "docker.io", "index.docker.io"]
        : [host, $"https://{host}", $"https://{host}/", $"http://{host}"];

    private static string? TextOf(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    private static RegistryCredential? Entry(JsonElement auths, string key)
    {
        if (!auths.TryGetProperty(key, out var entry))
        {
            return null;
        }

        if (TextOf(entry, "identitytoken") is { } token)
        {
            return RegistryCredential.OfIdentityToken(token);
        }

        if (TextOf(entry, "auth") is { } encoded)
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? throw new FormatException() : new RegistryCredential(text[..colon], text[(colon + 1)..].TrimEnd('\0'));
        }

        return TextOf(entry, "username") is { } user && TextOf(entry, "password") is { } password ? new RegistryCredential(user, password) : null;
    }
}

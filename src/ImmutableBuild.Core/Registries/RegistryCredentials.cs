using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>Finds the credential for a registry: from the variables the options name, else from Docker's <c>config.json</c>.</summary>
public sealed class RegistryCredentials(PushOptions options, Func<string, string?> readVariable)
{
    private const int MaxConfigBytes = 1024 * 1024;

    /// <summary>The credential of a registry; null where none is known. Throws IMB5009 when a named variable is unset, IMB5010 when Docker's file is damaged.</summary>
    public RegistryCredential? Find(string host)
    {
        // The variables belong to the registry that is pushed to; a base image's registry never gets to see them.
        if (options.PasswordVariable is { } password && host == options.Registry)
        {
            return new RegistryCredential(options.UserVariable is { } user ? Value(user) : "", Value(password));
        }

        return FromDockerConfig(host);
    }

    private string Value(string variable) => readVariable(variable) is { Length: > 0 } value ? value : throw RegistryErrors.VariableUnset(variable);

    private RegistryCredential? FromDockerConfig(string host)
    {
        if (ConfigFile() is not { } file || !File.Exists(file))
        {
            return null;
        }

        try
        {
            if (new FileInfo(file).Length > MaxConfigBytes)
            {
                throw RegistryErrors.DockerConfigInvalid(file, $"it has more than {MaxConfigBytes} bytes");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.TryGetProperty("auths", out var auths) ? KeysOf(host).Select(key => Entry(auths, key)).FirstOrDefault(found => found is not null) : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw RegistryErrors.DockerConfigInvalid(file, fault.GetType().Name);
        }
    }

    private string? ConfigFile()
    {
        var directory = readVariable("DOCKER_CONFIG");
        if (!string.IsNullOrEmpty(directory))
        {
            return Path.Combine(directory, "config.json");
        }

        var home = readVariable("HOME") ?? readVariable("USERPROFILE");
        return string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".docker", "config.json");
    }

    private static string[] KeysOf(string host) => host == "docker.io"
        ? ["https://index.docker.io/v1/", "docker.io", "index.docker.io"]
        : [host, $"https://{host}", $"https://{host}/", $"http://{host}"];

    private static RegistryCredential? Entry(JsonElement auths, string key)
    {
        if (!auths.TryGetProperty(key, out var entry))
        {
            return null;
        }

        if (entry.TryGetProperty("auth", out var auth) && auth.GetString() is { Length: > 0 } encoded)
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? throw new FormatException() : new RegistryCredential(text[..colon], text[(colon + 1)..].TrimEnd('\0'));
        }

        return entry.TryGetProperty("username", out var user) && entry.TryGetProperty("password", out var password)
            ? new RegistryCredential(user.GetString() ?? "", password.GetString() ?? "")
            : null;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>The environment variables and ports of an image.</summary>
internal static class ImageEnvironment
{
    /// <summary>The base image's variables in their order, then ours, then the user's; a later one takes an earlier one's place.</summary>
    public static ImmutableArray<string> Merge(RunConfig? baseConfig, IEnumerable<KeyValuePair<string, string>> ours, BakeOptions options)
    {
        var names = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var inherited = (baseConfig?.Env ?? []).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0], pair[1]));
        foreach (var (name, value) in inherited.Concat(ours).Concat(options.Environment.Select(Checked)))
        {
            if (!values.ContainsKey(name))
            {
                names.Add(name);
            }

            values[name] = value;
        }

        return [.. names.Select(name => $"{name}={values[name]}")];
    }

    /// <summary>The base image's ports, the port the app is told to listen on, and those asked for.</summary>
    public static ImmutableSortedDictionary<string, EmptyObject>? Ports(RunConfig? baseConfig, int? port, BakeOptions options)
    {
        var all = (baseConfig?.ExposedPorts?.Keys ?? []).Concat(port is null ? [] : [$"{port}/tcp"]).Concat(options.Ports.Select(Checked)).ToHashSet(StringComparer.Ordinal);
        return all.Count == 0 ? null : all.ToImmutableSortedDictionary(name => name, _ => new EmptyObject(), StringComparer.Ordinal);
    }

    private static KeyValuePair<string, string> Checked(KeyValuePair<string, string> variable) =>
        variable.Key.Length > 0 && !variable.Key.AsSpan().ContainsAny('=', '\0') && !variable.Value.Contains('\0', StringComparison.Ordinal)
            ? variable
            : throw BakeErrors.ConfigurationInvalid("ContainerEnvironmentVariable", "a name without '='", variable.Key);

    private static string Checked(string port)
    {
        var parts = port.Split('/');
        var isPort = parts.Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535;
        var protocol = parts.Length == 2 ? parts[1] : "tcp";
        return isPort && protocol is ("tcp" or "udp" or "sctp")
            ? $"{parts[0]}/{protocol}"
            : throw BakeErrors.ConfigurationInvalid("ContainerPort", "a port such as 8080/tcp", port);
    }
}

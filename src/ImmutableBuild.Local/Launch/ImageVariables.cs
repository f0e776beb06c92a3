using System.Collections.Immutable;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Local.Launch;

/// <summary>The environment variables an image sets, as an instance on this machine gets them.</summary>
internal static class ImageVariables
{
    /// <summary>Where programs are looked for when the image doesn't say, as container runtimes do.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // Left out, since the gateway sets where an instance listens: any of these beside that would add a second address, or a warning.
    private static readonly ImmutableHashSet<string> Ports = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS", "PORT");

    // Only variables known to name files are turned into paths of this machine: /app may be a URL's path in any other.
    private static readonly ImmutableHashSet<string> PathLists = ["PATH", "LD_LIBRARY_PATH"];
    private static readonly ImmutableHashSet<string> Paths =
        ["DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "SSL_CERT_DIR", "SSL_CERT_FILE", "ICU_DATA", "TZDIR"];

    /// <summary>The variables as the image writes them. What isn't <c>NAME=value</c> says nothing; the last of a name counts.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImageConfig config)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in config.Config?.Env ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[text[..equals]] = text[(equals + 1)..];
            }
        }

        return WithoutPorts(variables.ToImmutable());
    }

    /// <summary>The variables without those that say where the app listens.</summary>
    public static ImmutableSortedDictionary<string, string> WithoutPorts(ImmutableSortedDictionary<string, string> variables) =>
        variables.RemoveRange(variables.Keys.Where(Ports.Contains).ToList());

    /// <summary>The variables with paths of this machine for those that name files of the image.</summary>
    public static ImmutableSortedDictionary<string, string> OnThisMachine(ImmutableSortedDictionary<string, string> variables, ImagePaths paths)
    {
        var mapped = variables.ToBuilder();
        foreach (var (name, value) in variables)
        {
            if (PathLists.Contains(name))
            {
                mapped[name] = string.Join(Path.PathSeparator, value.Split(':').Select(paths.FindAbsolute).OfType<string>());
            }
            else if (Paths.Contains(name) && paths.FindAbsolute(value) is { } found)
            {
                mapped[name] = found;
            }
        }

        return mapped.ToImmutable();
    }
}

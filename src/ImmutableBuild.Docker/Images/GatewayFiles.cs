using System.Collections.Immutable;
using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Docker.Images;

/// <summary>The gateway's published files, split into layers by how often they change.</summary>
/// <param name="Layers">The layers, the most lasting one first.</param>
/// <param name="Version">The version the gateway's assembly bears; null where it bears none.</param>
internal sealed record GatewayFiles(ImmutableArray<PlannedLayer> Layers, string? Version)
{
    /// <summary>The gateway's main assembly.</summary>
    public const string Assembly = "ImmutableBuild.Gateway.dll";

    private const string Dependencies = "ImmutableBuild.Gateway.deps.json";
    private const string RuntimeConfiguration = "ImmutableBuild.Gateway.runtimeconfig.json";
    private const int LongestVersion = 128;

    private static readonly string[] Needed = [Assembly, Dependencies, RuntimeConfiguration];

    /// <summary>
    /// Finds them by the dependency file: the directory may hold much else, such as the tool's own files, and the image must not depend on what lies
    /// beside the gateway. Throws IMB6222 when the gateway isn't there, IMB2013 for a damaged dependency file.
    /// </summary>
    public static GatewayFiles Find(string directory)
    {
        if (Needed.FirstOrDefault(name => !File.Exists(Path.Combine(directory, name))) is { } missing)
        {
            throw DockerErrors.GatewayFilesMissing(directory, missing);
        }

        var origins = DependencyOrigins.Read(Path.Combine(directory, Dependencies));
        var layers = LayerPlan.Make(directory, Assembly)
            .Select(layer => layer with { Files = [.. layer.Files.Where(file => IsNeeded(file.Path, origins))] })
            .Where(layer => !layer.Files.IsEmpty);
        return new GatewayFiles([.. layers], VersionOf(Path.Combine(directory, Assembly)));
    }

    private static bool IsNeeded(string path, DependencyOrigins origins) =>
        Needed.Contains(path) || (origins.Find(path) is not null && Path.GetExtension(path) is not (".pdb" or ".xml"));

    private static string? VersionOf(string assembly) =>
        FileVersionInfo.GetVersionInfo(assembly).ProductVersion is { Length: > 0 and <= LongestVersion } version && !version.Any(char.IsControl) ? version : null;
}

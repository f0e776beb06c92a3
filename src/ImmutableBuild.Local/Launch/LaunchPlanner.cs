using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Local.Images;

namespace ImmutableBuild.Local.Launch;

/// <summary>Works out how the gateway starts the instances of a generation: what the image and the configuration say, with the image's paths turned into paths of this machine.</summary>
internal static class LaunchPlanner
{
    /// <summary>
    /// Plans it. Throws IMB6110 for an image of another platform, IMB6111 for one without a program, and what
    /// <see cref="SecretValues"/> throws for a secret that isn't at hand. Only the result holds the secrets' values.
    /// </summary>
    public static LaunchPlan Plan(GenerationSpec spec, UnpackedImage image, Func<string, string?> readVariable)
    {
        HostPlatform.Require(image);
        var paths = new ImagePaths(image);
        var variables = ImageVariables.Of(image.Config);
        var command = Command(spec, image, paths);
        return new LaunchPlan(
            Program(command[0], paths, variables, image),
            [.. command.Skip(1)],
            paths.ContentRoot,
            Environment(spec, ImageVariables.OnThisMachine(variables, paths), readVariable));
    }

    // As with docker run: arguments of the configuration take the place of the image's Cmd. An image without an entry point has
    // its program in Cmd, and arguments are never a program.
    private static ImmutableArray<string> Command(GenerationSpec spec, UnpackedImage image, ImagePaths paths)
    {
        var entrypoint = image.Config.Config?.Entrypoint ?? [];
        var standard = image.Config.Config?.Cmd ?? [];
        var arguments = spec.Configuration.Arguments;
        var own = entrypoint.IsEmpty || arguments.IsEmpty ? entrypoint.AddRange(standard) : entrypoint;
        if (own.IsEmpty)
        {
            throw LocalErrors.NoProgram(image.Digest, "its configuration has neither Entrypoint nor Cmd.");
        }

        return [own[0], .. own.Skip(1).Select(text => paths.FindFile(text) ?? text), .. arguments];
    }

    private static string Program(string name, ImagePaths paths, ImmutableSortedDictionary<string, string> variables, UnpackedImage image)
    {
        var found = name.Contains('/', StringComparison.Ordinal)
            ? paths.FindFile(name)
            : paths.FindProgram(name, variables.GetValueOrDefault("PATH", ImageVariables.DefaultPath));
        if (found is null)
        {
            throw LocalErrors.NoProgram(image.Digest, $"its command begins with '{name}', which is no file of the image.");
        }

        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var file = File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & AnyExecute) != UnixFileMode.None
            ? found
            : throw LocalErrors.NoProgram(image.Digest, $"its command begins with '{name}', which is not executable.");
    }

    private static ImmutableSortedDictionary<string, string> Environment(
        GenerationSpec spec, ImmutableSortedDictionary<string, string> image, Func<string, string?> readVariable) => image
        .SetItems(ImageVariables.WithoutPorts(spec.Configuration.Environment))
        .SetItems(SecretValues.Read(spec, readVariable).Variables);
}

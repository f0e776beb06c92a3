using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Images;

/// <summary>What the configuration and manifest of an image are made from.</summary>
/// <param name="Compile">The source.</param>
/// <param name="Options">The release's options.</param>
/// <param name="Published">What was published for its platform.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="Base">What it is made upon; null for scratch.</param>
/// <param name="Layers">Its own layers, lowest first.</param>
/// <param name="HoldsIcu">Its files hold ICU, the globalization library.</param>
internal sealed record ImageParts(
    CompileRecord Compile, PublishRecord Published, ReleaseOptions Options, Platform Platform, BaseImage? Base, ImmutableArray<LayerRecord> Layers, bool HoldsIcu);

/// <summary>Composes an app's image. Pure: the same parts give the same documents.</summary>
internal static class ImageDocuments
{
    /// <summary>The image that the parts make.</summary>
    public static ComposedImage Compose(ImageParts parts)
    {
        var (options, baseRun) = (parts.Options.Bake, parts.Base?.Config.Config);
        var directory = Directory(options);
        var (entrypoint, cmd) = ImageCommand.Compose(options, Command(parts, directory));
        var annotations = Annotations(parts);
        return new ComposedImage
        {
            Platform = parts.Platform,
            Base = parts.Base,
            Layers = parts.Layers,
            Created = Time(parts.Compile),
            Annotations = annotations,
            Run = new RunConfig
            {
                User = ImageUser.Choose(options.User, baseRun),
                ExposedPorts = ImageEnvironment.Ports(baseRun, parts.Options.Runtime.Port, options),
                Env = ImageEnvironment.Merge(baseRun, OwnVariables(parts), options),
                Entrypoint = entrypoint,
                Cmd = cmd.IsEmpty ? null : cmd,
                WorkingDir = directory,
                Labels = (baseRun?.Labels ?? OciAnnotations.None).SetItems(annotations).SetItems(options.Labels),
                StopSignal = baseRun?.StopSignal,
                Volumes = baseRun?.Volumes,
            },
        };
    }

    /// <summary>The directory of the app's files within the image, without '/' around it; throws IMB2019 when it is none.</summary>
    public static string ArchiveRoot(BakeOptions options) => Directory(options)[1..];

    private static string Directory(BakeOptions options)
    {
        var parts = options.WorkingDirectory.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isValid = options.WorkingDirectory.StartsWith('/') && parts.Length > 0 && parts.All(part => part is not ("." or "..") && !part.Any(char.IsControl));
        return isValid ? "/" + string.Join('/', parts) : throw BakeErrors.ConfigurationInvalid("ContainerWorkingDirectory", "an absolute directory other than '/'", options.WorkingDirectory);
    }

    private static string[] Command(ImageParts parts, string directory) => parts.Published.SelfContained
        ? [$"{directory}/{parts.Published.EntryPoint}"]
        : ["dotnet", $"{directory}/{LayerPlan.Assembly(parts.Published.EntryPoint)}"];

    private static IEnumerable<KeyValuePair<string, string>> OwnVariables(ImageParts parts)
    {
        if (parts.Options.Runtime.Port is { } port)
        {
            yield return KeyValuePair.Create("ASPNETCORE_HTTP_PORTS", port.ToString(CultureInfo.InvariantCulture));
        }

        // On Linux, .NET does not start without ICU unless it is told to do without cultures, and a scratch image has no ICU of its own.
        if (parts.Base is null && !parts.HoldsIcu && parts.Platform.Os == "linux")
        {
            yield return KeyValuePair.Create("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        }
    }

    /// <summary>The facts that hold for an image of whatever platform.</summary>
    public static ImmutableSortedDictionary<string, string> Annotations(CompileRecord compile, ReleaseOptions options)
    {
        var annotations = OciAnnotations.None
            .Add(OciAnnotations.Revision, compile.Commit.ToString())
            .Add(OciAnnotations.Version, compile.Version)
            .Add(OciAnnotations.Created, Time(compile))
            .Add(OciAnnotations.Title, options.App.App);
        return compile.RepositoryUrl is { } source ? annotations.Add(OciAnnotations.Source, source) : annotations;
    }

    private static ImmutableSortedDictionary<string, string> Annotations(ImageParts parts)
    {
        var annotations = Annotations(parts.Compile, parts.Options);
        return parts.Base is { } image
            ? annotations.Add(OciAnnotations.BaseName, image.Name).Add(OciAnnotations.BaseDigest, image.Digest.ToString())
            : annotations;
    }

    private static string Time(CompileRecord compile) => compile.CommitTime.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using static ImmutableBuild.Releases.Options.OptionCatalogue;

namespace ImmutableBuild.Releases.Options;

/// <summary>Options that mean nothing to what makes the image. They are refused, because to ignore one would be a surprise.</summary>
internal static class DockerfileConflicts
{
    // What decides here, and what decides instead.
    private static readonly ImmutableArray<(string Option, string Instead)> s_decidedByDockerfile =
    [
        (BaseImage.Name, "its FROM names the base image"),
        (LockFile.Name, "its FROM pins the base image, by a digest"),
        (MaxBaseAge.Name, "its FROM names the base image"),
        (User.Name, "its USER says whom the image runs as"),
        (WorkingDirectory.Name, "its WORKDIR says where it starts"),
        (CommandInstruction.Name, "its ENTRYPOINT and CMD say what starts"),
        (ImageVariable.Name, "its ENV sets variables; those of an environment are ImmutableEnvironmentVariable items"),
        (OptionCatalogue.Layer.Name, "its steps make the layers"),
        (OptionCatalogue.ImageCommand.Name, "its ENTRYPOINT and CMD say what starts"),
        (ImageArgument.Name, "its ENTRYPOINT and CMD say what starts"),
        (ImageEntrypoint.Name, "its ENTRYPOINT and CMD say what starts"),
        (ImageEntrypointArgument.Name, "its ENTRYPOINT and CMD say what starts"),
        (ImageDefaultArgument.Name, "its ENTRYPOINT and CMD say what starts"),
    ];

    private static readonly ImmutableArray<string> s_forDockerfile = [DockerfileCatalogue.File.Name, DockerfileCatalogue.Context.Name, DockerfileCatalogue.Target.Name, DockerfileCatalogue.Argument.Name];

    /// <summary>Refuses every option that has no meaning.</summary>
    public static void Find(BakeOptions bake, OptionReader reader)
    {
        var refused = bake.Dockerfile is null
            ? s_forDockerfile.Select(option => (option, $"it is for {DockerfileCatalogue.Bake.Name}=dockerfile, and the image is made of the publish output; set that, or leave it out"))
            : s_decidedByDockerfile.Select(pair => (pair.Option, $"a Dockerfile makes the image, and {pair.Instead}; leave it out"));
        foreach (var (option, why) in refused.Where(pair => IsSet(pair.Item1, reader)))
        {
            reader.Refuse(ConfigurationErrors.ConflictingOptions(option, why, reader.Locate(option)));
        }
    }

    private static bool IsSet(string name, OptionReader reader) =>
        OptionCatalogue.Find(name) is { } property ? reader.TextOf(property) is not null : reader.ItemsOf(OptionCatalogue.Items.First(item => item.Name == name)).Any();
}

using System.Collections.Immutable;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Docker.Builds;

/// <summary>What is in a layer, by the instruction that made it: <c>base</c>, <c>copy</c>, <c>run</c>, …</summary>
internal static class LayerNames
{
    private const string Base = "base";
    private const string Unknown = "layer";
    private const string Silent = "#(nop)";

    private static readonly ImmutableArray<string> s_instructions = ["ADD", "COPY", "RUN", "WORKDIR"];

    /// <summary>A name for each layer, lowest first.</summary>
    /// <param name="config">The image's configuration; where its history doesn't fit its layers, their names say nothing.</param>
    /// <param name="baseLayers">How many are the base image's.</param>
    public static ImmutableArray<string> Of(ImageConfig config, int baseLayers)
    {
        var history = (config.History ?? []).Where(entry => entry.EmptyLayer is not true).ToArray();
        var fits = history.Length == config.RootFs.DiffIds.Length;
        return [.. config.RootFs.DiffIds.Select((_, index) => index < baseLayers ? Base : fits ? Of(history[index].CreatedBy) : Unknown)];
    }

    // The classic builder writes '/bin/sh -c #(nop) COPY …' and '/bin/sh -c make', BuildKit 'COPY …' and 'RUN /bin/sh -c make'.
    private static string Of(string? createdBy)
    {
        if (createdBy is null)
        {
            return Unknown;
        }

        var silent = createdBy.IndexOf(Silent, StringComparison.Ordinal);
        var instruction = (silent < 0 ? createdBy : createdBy[(silent + Silent.Length)..]).TrimStart().Split(' ')[0];
        return s_instructions.Contains(instruction) ? instruction.ToLowerInvariant() : silent < 0 ? "run" : Unknown;
    }
}

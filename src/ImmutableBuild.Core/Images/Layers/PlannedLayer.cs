using System.Collections.Immutable;

namespace ImmutableBuild.Images.Layers;

/// <summary>A file that goes into a layer.</summary>
/// <param name="Source">Where it is on disk.</param>
/// <param name="Path">Its path within the publish output, '/' between parts.</param>
internal sealed record PlannedFile(string Source, string Path)
{
    /// <summary>The package's file that it is a copy of, or itself; null where no package brought it.</summary>
    public string? Package { get; init; }
}

/// <summary>A layer to be written: its name and its files, in ordinal order of their paths.</summary>
internal sealed record PlannedLayer(string Name, ImmutableArray<PlannedFile> Files);

using System.Text.Json;

namespace ImmutableBuild.Generations.Drift;

/// <summary>A report as a file of JSON.</summary>
public static class DriftFile
{
    /// <summary>Writes <paramref name="report"/> to <paramref name="path"/>; its directory is made where it is missing.</summary>
    public static async Task WriteAsync(string path, DriftReport report, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } directory)
        {
            Directory.CreateDirectory(directory);
        }

        await File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(report, StatusJson.Default.DriftReport), cancellationToken);
    }
}

using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Shells;

/// <summary>A <see cref="ProjectDescription"/> on disk: written by the project's build, read by the shell that asked for it.</summary>
public static class ProjectDescriptionFile
{
    private const long LongestFile = 4 * 1024 * 1024;

    /// <summary>Writes <paramref name="description"/> to <paramref name="path"/>.</summary>
    public static async Task WriteAsync(ProjectDescription description, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(description, ProjectDescriptionJson.Default.ProjectDescription), cancellationToken);
    }

    /// <summary>Reads <paramref name="path"/>. IMB1503 when it is not what this version writes.</summary>
    public static async Task<ProjectDescription> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            if (file.Length > LongestFile)
            {
                throw ShellErrors.DescriptionUnreadable(path, $"it has {file.Length} bytes, at most {LongestFile} were expected");
            }

            var description = await JsonSerializer.DeserializeAsync(file, ProjectDescriptionJson.Default.ProjectDescription, cancellationToken);
            return description switch
            {
                null => throw ShellErrors.DescriptionUnreadable(path, "it is empty"),
                _ when description.Schema != ProjectDescription.CurrentSchema || description.Version != ProjectDescription.OwnVersion =>
                    throw ShellErrors.OtherVersion(description.ProjectFile, description.Version, ProjectDescription.OwnVersion),
                _ => description,
            };
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw ShellErrors.DescriptionUnreadable(path, fault.Message, fault);
        }
    }
}

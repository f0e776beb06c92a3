using ImmutableBuild.Local.Images;

namespace ImmutableBuild.Local.Launch;

/// <summary>Finds on disk what an image calls by its own paths. Links need no care: unpacking made them lead nowhere but into the image.</summary>
internal sealed class ImagePaths(UnpackedImage image)
{
    private string WorkingDirectory => image.Config.Config?.WorkingDir is { Length: > 0 } set ? set : "/";

    /// <summary>The absolute path on this machine of the image's working directory; the root where the image has none or it doesn't exist.</summary>
    public string ContentRoot => Map(WorkingDirectory) is var mapped && Directory.Exists(mapped) ? mapped : image.RootDirectory;

    /// <summary>The path on this machine of a file that <paramref name="text"/> names within the image, absolute or from its working directory; null when it names none.</summary>
    public string? FindFile(string text) => Find(text, File.Exists);

    /// <summary>The same for a file or directory, by absolute path only.</summary>
    public string? FindAbsolute(string text) => text.StartsWith('/') ? Find(text, Path.Exists) : null;

    /// <summary>The program <paramref name="name"/> in the directories of the image's <paramref name="searchPath"/>, <c>a:b:c</c>; null when none has it.</summary>
    public string? FindProgram(string name, string searchPath) => searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => FindFile($"{directory}/{name}"))
        .FirstOrDefault(found => found is not null);

    private string? Find(string text, Func<string, bool> exists)
    {
        var path = text.StartsWith('/') ? text : $"{WorkingDirectory}/{text}";
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) && Map(path) is var mapped && exists(mapped) ? mapped : null;
    }

    // '..' at the root stays there, as it would in a container.
    private string Map(string imagePath)
    {
        var parts = new List<string>();
        foreach (var part in imagePath.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return Path.Combine([image.RootDirectory, .. parts]);
    }
}

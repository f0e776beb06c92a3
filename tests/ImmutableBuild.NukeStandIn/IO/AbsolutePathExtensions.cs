namespace Nuke.Common.IO;

/// <summary>What is commonly done with files and directories.</summary>
public static class AbsolutePathExtensions
{
    public static bool FileExists(this AbsolutePath path) => File.Exists(path);

    public static bool DirectoryExists(this AbsolutePath path) => Directory.Exists(path);

    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        Directory.CreateDirectory(path);
        return path;
    }

    public static AbsolutePath CreateOrCleanDirectory(this AbsolutePath path)
    {
        path.DeleteDirectory();
        return path.CreateDirectory();
    }

    public static void DeleteFile(this AbsolutePath path)
    {
        if (path.FileExists())
        {
            File.Delete(path);
        }
    }

    public static void DeleteDirectory(this AbsolutePath path)
    {
        if (path.DirectoryExists())
        {
            Directory.Delete(path, recursive: true);
        }
    }

    public static string ReadAllText(this AbsolutePath path) => File.ReadAllText(path);

    public static string[] ReadAllLines(this AbsolutePath path) => File.ReadAllLines(path);

    public static AbsolutePath WriteAllText(this AbsolutePath path, string content)
    {
        path.Parent.CreateDirectory();
        File.WriteAllText(path, content);
        return path;
    }

    public static IEnumerable<AbsolutePath> GetFiles(this AbsolutePath path, string pattern = "*", int depth = 1, FileAttributes attributes = 0) =>
        Directory.EnumerateFiles(path, pattern, depth > 1 ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly).Select(AbsolutePath.Create);

    public static IReadOnlyCollection<AbsolutePath> GlobFiles(this AbsolutePath directory, params string[] patterns) =>
    [
        .. patterns.SelectMany(pattern => Directory.EnumerateFiles(
            Path.Combine(directory, pattern.Contains("**/", StringComparison.Ordinal) ? pattern[..pattern.IndexOf("**/", StringComparison.Ordinal)] : Path.GetDirectoryName(pattern) ?? ""),
            Path.GetFileName(pattern),
            pattern.Contains("**/", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)).Distinct().Select(AbsolutePath.Create),
    ];
}

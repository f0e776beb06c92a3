using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>
/// What the .NET SDK writes beside an app, <c>.deps.json</c> and <c>.runtimeconfig.json</c>: with the ends of lines of the system that builds. They get those of Unix,
/// so that the image of a commit is the same wherever it is made.
/// </summary>
internal static class SdkSettings
{
    private const long LongestFile = 64 * 1024 * 1024;

    /// <summary>Settles those among some files.</summary>
    public static void Settle(IEnumerable<string> files)
    {
        foreach (var file in files.Where(IsOne).Select(file => new FileInfo(file)).Where(file => file is { Exists: true, LinkTarget: null, Length: <= LongestFile }))
        {
            // A carriage return can only end a line here: within a JSON string it is written as \r.
            var content = File.ReadAllBytes(file.FullName);
            var settled = Array.FindAll(content, letter => letter != (byte)'\r');
            if (settled.Length != content.Length)
            {
                AtomicFile.Write(file.FullName, settled);
            }
        }
    }

    private static bool IsOne(string file) => file.EndsWith(".deps.json", StringComparison.Ordinal) || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);
}

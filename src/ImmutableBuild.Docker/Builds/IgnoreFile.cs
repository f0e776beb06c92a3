using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Builds;

/// <summary>What a <c>.dockerignore</c> leaves out of a build context. The last pattern that matches a path, or a directory above it, decides.</summary>
internal sealed class IgnoreFile
{
    private const int LongestFile = 1024 * 1024;

    private readonly ImmutableArray<IgnorePattern> _patterns;

    private IgnoreFile(ImmutableArray<IgnorePattern> patterns) => _patterns = patterns;

    /// <summary>The one that counts: <c>&lt;Dockerfile&gt;.dockerignore</c>, else <c>.dockerignore</c> of the context, else none. IMB2041 for one that can't be read, IMB2042 for a line that is no pattern.</summary>
    public static IgnoreFile Find(string dockerfile, string context)
    {
        var file = new[] { dockerfile + ".dockerignore", Path.Combine(context, ".dockerignore") }.FirstOrDefault(File.Exists);
        try
        {
            return file is null ? new IgnoreFile([])
                : new FileInfo(file).Length <= LongestFile ? Parse(File.ReadAllText(file), file)
                : throw DockerfileErrors.ContextUnusable(file, $"it has more than {LongestFile} bytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DockerfileErrors.ContextUnusable(file!, fault.Message, fault);
        }
    }

    /// <summary>Reads the lines of an ignore file; comments begin with '#' in the first column.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    public static IgnoreFile Parse(string text, string file)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n');
        var patterns = ImmutableArray.CreateBuilder<IgnorePattern>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || lines[i].StartsWith('#'))
            {
                continue;
            }

            try
            {
                patterns.Add(IgnorePattern.Parse(line));
            }
            catch (FormatException fault)
            {
                throw DockerfileErrors.IgnorePatternInvalid(file, i + 1, line, fault.Message);
            }
        }

        return new IgnoreFile(patterns.ToImmutable());
    }

    /// <summary>Whether a path of the context, '/' between parts, is left out.</summary>
    public bool Ignores(string path)
    {
        var ignored = false;
        foreach (var pattern in _patterns)
        {
            // Only a pattern that would change the decision so far is compared.
            if (pattern.IsException == ignored && pattern.Matches(path))
            {
                ignored = !ignored;
            }
        }

        return ignored;
    }

    /// <summary>Whether a directory that is left out has nothing in it that an exception may bring back.</summary>
    public bool IgnoresAllWithin(string directory) => !_patterns.Any(pattern => pattern.IsException && pattern.MayMatchWithin(directory));
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>
/// Tells whether the restore for the released runtime has been done by an earlier release and would change nothing: then it is left out, which saves evaluating every
/// project once more. All it depends on has to be the same, all it left be untouched, and every package be there.
/// </summary>
/// <param name="note">The file in which the restore is noted; it holds nothing else.</param>
/// <param name="graphFile">What NuGet writes of the projects that it restored together, <c>….nuget.dgspec.json</c>.</param>
public sealed class EarlierRestore(string note, string graphFile)
{
    private const int MaxDepth = 64;

    /// <summary>The digest of what a restore follows from.</summary>
    /// <param name="sources">What of the commit decides (<see cref="Source.RestoreSources"/>), the SDK and what was set.</param>
    /// <param name="buildRestore">What NuGet wrote of its restore for the build, <c>project.nuget.cache</c>: the digest in it is over sources, settings of the machine, and packages of all projects.</param>
    /// <returns>Null where the build was not restored.</returns>
    public static Digest? InputsOf(string sources, string buildRestore)
    {
        if (sources.Length == 0 || !File.Exists(buildRestore))
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(sources));
        hash.AppendData([0]);
        hash.AppendData(File.ReadAllBytes(buildRestore));
        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Whether the restore has been done for <paramref name="inputs"/>, and all it left is still there.</summary>
    public bool IsThere(Digest inputs)
    {
        try
        {
            return File.Exists(note) && StateOf(inputs) is { } state && File.ReadAllText(note) == state;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // What can't be read counts as missing: the restore that follows makes it anew.
            return false;
        }
    }

    /// <summary>Notes that the restore has just been done for <paramref name="inputs"/>; IMB1207 where that can't be written.</summary>
    public void Write(Digest inputs)
    {
        try
        {
            File.Delete(note);
            if (StateOf(inputs) is { } state)
            {
                AtomicFile.Write(note, Encoding.UTF8.GetBytes(state));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw RecordErrors.PublishFolderUnusable(note, fault);
        }
    }

    // Null where anything is missing.
    private string? StateOf(Digest inputs)
    {
        if (!File.Exists(graphFile))
        {
            return null;
        }

        var lines = new List<string> { inputs.ToString() };
        foreach (var output in Outputs())
        {
            var cache = Path.Combine(output, "project.nuget.cache");
            if (EarlierPublish.StampOf(output) is not { } stamp || !File.Exists(cache) || !HasItsPackages(cache))
            {
                return null;
            }

            lines.Add($"{output} {stamp}");
        }

        return lines.Count > 1 ? string.Join('\n', lines) : null;
    }

    private List<string> Outputs()
    {
        using var graph = Read(graphFile);
        return [.. graph.RootElement.GetProperty("projects").EnumerateObject().Select(project => project.Value.GetProperty("restore").GetProperty("outputPath").GetString()!).Order(StringComparer.Ordinal)];
    }

    private static bool HasItsPackages(string cache)
    {
        using var restored = Read(cache);
        return restored.RootElement.GetProperty("success").GetBoolean()
            && restored.RootElement.GetProperty("expectedPackageFiles").EnumerateArray().All(file => File.Exists(file.GetString()));
    }

    private static JsonDocument Read(string file)
    {
        using var content = File.OpenRead(file);
        return JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
    }
}

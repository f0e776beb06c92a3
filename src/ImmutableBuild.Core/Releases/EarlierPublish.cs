using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases;

/// <summary>
/// Finds what an earlier release published from the same inputs. A commit is an image: what its first publish made has been decided, and a second
/// one could only make the same, or an image that its tag refuses.
/// </summary>
public static class EarlierPublish
{
    /// <summary>The digest of what a publish follows from: its source, and what was set beside it.</summary>
    /// <param name="source">What of the source decides: its commit, of a tree without changes, or a digest of a part of it.</param>
    /// <param name="sdkVersion">The SDK that publishes.</param>
    /// <param name="properties">What was set, by name: options, and properties of the command line.</param>
    public static Digest InputsOf(string source, string sdkVersion, IEnumerable<KeyValuePair<string, string>> properties)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ours = typeof(EarlierPublish).Module.ModuleVersionId.ToString();
        foreach (var text in properties.OrderBy(property => property.Key, StringComparer.Ordinal).SelectMany(property => new[] { property.Key, property.Value }).Prepend(ours).Prepend(sdkVersion).Prepend(source))
        {
            Append(hash, text);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Tells one state of a directory from another: by the path, size and time of change of each file. Null when there is no such directory.</summary>
    public static Digest? StampOf(string directory)
    {
        var root = new DirectoryInfo(directory);
        if (!root.Exists)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in root.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            Append(hash, Path.GetRelativePath(directory, file.FullName));
            Append(hash, file.Length.ToString(CultureInfo.InvariantCulture));
            Append(hash, file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>The earlier Compile of these inputs whose every output is as it left it; null when there is none.</summary>
    /// <param name="record">The record of the latest release.</param>
    /// <param name="inputs">What is to be published now (<see cref="InputsOf"/>).</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<CompileRecord?> FindAsync(ReleaseRecordFile record, Digest inputs, CancellationToken cancellationToken)
    {
        try
        {
            var compile = (await record.FindAsync(inputs, cancellationToken))?.Compile;
            return compile?.Published.All(IsAsItWasLeft) is true ? compile : null;
        }
        catch (ImmutableBuildException)
        {
            // No record, or none that can be read: the project is published, which writes a new one.
            return null;
        }
    }

    private static bool IsAsItWasLeft(PublishRecord publish) =>
        publish.Stamp is { } stamp && StampOf(publish.Directory) == stamp && (publish.PackageDescriptions is null || File.Exists(publish.PackageDescriptions));

    // NUL can be in none of them, so it keeps them apart.
    private static void Append(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0]);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Local.Gateways;

/// <summary>
/// The gateway's program, kept under the data directory by content: cleaning a package cache or building again never takes
/// the files of a running gateway away.
/// </summary>
internal sealed class GatewayProgram(LocalLayout layout, string program)
{
    private const string Incoming = ".incoming-";

    /// <summary>The path of the kept copy, made when there is none, and mended when it is not whole. IMB6101 when the program is not whole.</summary>
    public string Keep()
    {
        var files = Files();
        try
        {
            var place = Path.Combine(layout.Gateways, Hash(files));
            if (Directory.Exists(place))
            {
                Mend(files, place);
            }
            else
            {
                Copy(files, place);
            }

            return Path.Combine(place, Path.GetFileName(program));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(layout.Gateways, fault);
        }
    }

    // The dependency file names what the program needs. Its directory may hold much else: a test's output, for one.
    private SortedDictionary<string, byte[]> Files()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(program))!;
        var name = Path.GetFileNameWithoutExtension(program);
        try
        {
            var dependencies = File.ReadAllBytes(Path.Combine(directory, $"{name}.deps.json"));
            var names = new HashSet<string>(StringComparer.Ordinal) { $"{name}.dll", $"{name}.deps.json", $"{name}.runtimeconfig.json" };
            names.UnionWith(Assemblies(dependencies).Where(file => File.Exists(Path.Combine(directory, file))));
            return new SortedDictionary<string, byte[]>(
                names.ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(directory, file))), StringComparer.Ordinal);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw LocalErrors.GatewayProgramMissing((missing as FileNotFoundException)?.FileName ?? program, missing);
        }
    }

    private static List<string> Assemblies(byte[] dependencies)
    {
        using var document = JsonDocument.Parse(dependencies);
        return
        [
            .. from target in document.RootElement.GetProperty("targets").EnumerateObject()
               from library in target.Value.EnumerateObject()
               where library.Value.TryGetProperty("runtime", out _)
               from file in library.Value.GetProperty("runtime").EnumerateObject()
               select Path.GetFileName(file.Name),
        ];
    }

    private static string Hash(SortedDictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // Writes again what a copy lacks: a power cut soon after it was made can leave the directory with empty files.
    private static void Mend(SortedDictionary<string, byte[]> files, string place)
    {
        foreach (var (name, content) in files.Where(file => !Holds(Path.Combine(place, file.Key), file.Value)))
        {
            AtomicFile.Write(Path.Combine(place, name), content);
        }
    }

    private static bool Holds(string file, byte[] content) => File.Exists(file) && content.AsSpan().SequenceEqual(File.ReadAllBytes(file));

    private void Copy(SortedDictionary<string, byte[]> files, string place)
    {
        layout.Create(layout.Gateways);
        var incoming = Path.Combine(layout.Gateways, Incoming + Guid.NewGuid().ToString("N"));
        layout.Create(incoming);
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(Path.Combine(incoming, name), content);
        }

        try
        {
            Renaming.Do(() => Directory.Move(incoming, place));
        }
        catch (IOException) when (Directory.Exists(place))
        {
            // Another release has made the same copy meanwhile.
            Directory.Delete(incoming, recursive: true);
        }
    }
}

using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>What an instance has on disk for itself: a working directory, a temporary directory and its output. Nobody else may look into it.</summary>
internal sealed class InstanceDirectory(string stateDirectory, GenerationId generation, string instance)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Path.Combine(Of(stateDirectory, generation), instance);

    /// <summary>Where its process starts; also its home.</summary>
    public string Work => Path.Combine(_root, "work");

    /// <summary>Its temporary directory.</summary>
    public string Temporary => Path.Combine(_root, "tmp");

    /// <summary>Standard output and error.</summary>
    public OutputLog Output => new(Path.Combine(_root, "output.log"));

    /// <summary>All instances of <paramref name="generation"/>.</summary>
    public static string Of(string stateDirectory, GenerationId generation) => Path.Combine(stateDirectory, "generations", generation.ToString());

    /// <summary>Makes what is missing.</summary>
    public void Create()
    {
        foreach (var directory in new[] { Work, Temporary })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, OwnerOnly);
            }
        }
    }

    /// <summary>Removes everything of <paramref name="generation"/>; what can't be removed is named in <paramref name="log"/>.</summary>
    public static void Remove(string stateDirectory, GenerationId generation, GatewayLog log) => Remove(Of(stateDirectory, generation), log);

    /// <summary>Removes everything of <paramref name="instance"/>.</summary>
    public static void Remove(string stateDirectory, GenerationId generation, string instance, GatewayLog log) => Remove(Path.Combine(Of(stateDirectory, generation), instance), log);

    private static void Remove(string directory, GatewayLog log)
    {
        try
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Write($"{directory} could not be removed: {fault.Message}");
        }
    }
}

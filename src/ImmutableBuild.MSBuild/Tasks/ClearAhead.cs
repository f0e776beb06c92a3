using ImmutableBuild.Releases;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// The folder that is published into, emptied while MSBuild evaluates the project to be published: begun by <see cref="BeginClearPublish"/>, taken once, by <see cref="ClearPublish"/>.
/// </summary>
internal sealed class ClearAhead : IDisposable
{
    private readonly Task _clearing;

    private ClearAhead(string directory) => _clearing = Beside.Run(new PublishFolder(directory).Clear);

    /// <summary>Begins.</summary>
    public static void Begin(IBuildEngine engine, string directory)
    {
        if (engine is IBuildEngine4 build && build.GetRegisteredTaskObject(KeyOf(directory), RegisteredTaskObjectLifetime.Build) is null)
        {
            build.RegisterTaskObject(KeyOf(directory), new ClearAhead(directory), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>Returns once the folder is empty, whoever began; throws as <see cref="PublishFolder.Clear"/> does.</summary>
    public static void End(IBuildEngine engine, string directory)
    {
        if ((engine as IBuildEngine4)?.UnregisterTaskObject(KeyOf(directory), RegisteredTaskObjectLifetime.Build) is ClearAhead ahead)
        {
            ahead._clearing.GetAwaiter().GetResult();
        }
        else
        {
            new PublishFolder(directory).Clear();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Waits for the end, and observes a fault that nobody was told of: the next release meets it too.</remarks>
    public void Dispose()
    {
        _ = Task.WhenAny(_clearing).GetAwaiter().GetResult();
        _ = _clearing.Exception;
    }

    private static string KeyOf(string directory) => $"{typeof(ClearAhead).FullName} {Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))}";
}

using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// What git says of the source, asked while MSBuild evaluates the project for the stages: begun by <see cref="BeginSource"/>, taken once, by <see cref="CheckOptions"/>. Where
/// nobody began, or in another process, git is asked when it is needed.
/// </summary>
internal sealed class SourceAhead : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task<SourceState> _reading;

    private SourceAhead(string projectFile) => _reading = System.Threading.Tasks.Task.Run(() => GitSource.ReadAsync(projectFile, Environment.GetEnvironmentVariable, _end.Token));

    /// <summary>Begins to ask.</summary>
    public static void Begin(IBuildEngine engine, string projectFile)
    {
        if (engine is IBuildEngine4 build && build.GetRegisteredTaskObject(KeyOf(projectFile), RegisteredTaskObjectLifetime.Build) is null)
        {
            build.RegisterTaskObject(KeyOf(projectFile), new SourceAhead(projectFile), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>The answer; fails as <see cref="GitSource.ReadAsync"/> does.</summary>
    public static async Task<SourceState> ReadAsync(IBuildEngine engine, string projectFile, CancellationToken cancellationToken)
    {
        using var ahead = (engine as IBuildEngine4)?.UnregisterTaskObject(KeyOf(projectFile), RegisteredTaskObjectLifetime.Build) as SourceAhead;
        return ahead is not null
            ? await ahead._reading.WaitAsync(cancellationToken)
            : await GitSource.ReadAsync(projectFile, Environment.GetEnvironmentVariable, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        // Waits for the end, and observes a fault that nobody took the answer of.
        _ = System.Threading.Tasks.Task.WhenAny(_reading).GetAwaiter().GetResult();
        _end.Dispose();
    }

    private static string KeyOf(string projectFile) => $"{typeof(SourceAhead).FullName} {projectFile}";
}

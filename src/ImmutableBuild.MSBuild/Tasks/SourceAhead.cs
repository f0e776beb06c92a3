using ImmutableBuild.Images;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// What git says of the source, asked while MSBuild evaluates the project for the stages: begun by <see cref="BeginSource"/>, taken once, by <see cref="CheckOptions"/>. Where
/// nobody began, or in another process, git is asked when it is needed.
/// </summary>
internal sealed class SourceAhead : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task<SourceState> _state;
    private readonly Task<Digest> _restoreSources;

    private SourceAhead(string projectFile)
    {
        _state = Beside.RunAsync(() => GitSource.ReadAsync(projectFile, Environment.GetEnvironmentVariable, _end.Token));
        _restoreSources = Beside.RunAsync(() => RestoreSources.ReadAsync(projectFile, Environment.GetEnvironmentVariable, _end.Token));
    }

    /// <summary>Begins to ask.</summary>
    public static void Begin(IBuildEngine engine, string projectFile)
    {
        if (engine is IBuildEngine4 build && build.GetRegisteredTaskObject(KeyOf(projectFile), RegisteredTaskObjectLifetime.Build) is null)
        {
            build.RegisterTaskObject(KeyOf(projectFile), new SourceAhead(projectFile), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>What was begun, for whoever disposes of it; begins where nobody did.</summary>
    public static SourceAhead Take(IBuildEngine engine, string projectFile) =>
        (engine as IBuildEngine4)?.UnregisterTaskObject(KeyOf(projectFile), RegisteredTaskObjectLifetime.Build) as SourceAhead ?? new SourceAhead(projectFile);

    /// <summary>The source's state; fails as <see cref="GitSource.ReadAsync"/> does.</summary>
    public Task<SourceState> StateAsync(CancellationToken cancellationToken) => _state.WaitAsync(cancellationToken);

    /// <summary>What of it may decide about packages; fails as <see cref="RestoreSources.ReadAsync"/> does.</summary>
    public Task<Digest> RestoreSourcesAsync(CancellationToken cancellationToken) => _restoreSources.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        // Waits for the end, and observes a fault that nobody took the answer of.
        var both = Task.WhenAll(_state, _restoreSources);
        _ = Task.WhenAny(both).GetAwaiter().GetResult();
        _ = both.Exception;
        _end.Dispose();
    }

    private static string KeyOf(string projectFile) => $"{typeof(SourceAhead).FullName} {projectFile}";
}

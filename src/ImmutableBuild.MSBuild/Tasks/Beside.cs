namespace ImmutableBuild.MSBuild;

/// <summary>
/// Runs work beside the build on a thread of its own. MSBuild gives out its own work by .NET's pool, which has as many threads as there are processors at first: where
/// those are busy, the build stands still.
/// </summary>
internal static class Beside
{
    /// <summary>Begins work that never waits for others.</summary>
    public static Task Run(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Begins work; the thread is given back at the first wait.</summary>
    public static Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}

using System.Globalization;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// Work on a runtime's layer beside the build (<see cref="RuntimeLayer"/>): offered where Bake follows, begun once the publish knows the runtime's files, and waited for by Bake.
/// Where these are not in one process, or the build ends before, Bake is as it would be without.
/// </summary>
/// <param name="context">The release's options and place; nothing is told to its reporter.</param>
internal sealed class RuntimeLayerAhead(StageContext context) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task<bool>> _work = [];

    /// <summary>Is ready to begin with what <see cref="BeginRuntimeLayer"/> finds.</summary>
    public static void Offer(IBuildEngine engine, StageContext context)
    {
        if (engine is IBuildEngine4 build && Find(engine, context.WorkDirectory) is null)
        {
            build.RegisterTaskObject(KeyOf(context.WorkDirectory), new RuntimeLayerAhead(context), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>What was offered for a project in this process; null where nothing was.</summary>
    public static RuntimeLayerAhead? Find(IBuildEngine engine, string workDirectory) =>
        (engine as IBuildEngine4)?.GetRegisteredTaskObject(KeyOf(workDirectory), RegisteredTaskObjectLifetime.Build) as RuntimeLayerAhead;

    /// <summary>Begins with the files of one runtime: path within the publish output, and place.</summary>
    public void Begin(IReadOnlyCollection<KeyValuePair<string, string>> files) => _work.Add(System.Threading.Tasks.Task.Run(() => WriteAsync(files)));

    /// <summary>Returns once what was begun has come to its end; whether a layer was made.</summary>
    public async Task<bool> EndedAsync() => (await System.Threading.Tasks.Task.WhenAll(_work)).Contains(true);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        EndedAsync().GetAwaiter().GetResult();
        _end.Dispose();
    }

    private async Task<bool> WriteAsync(IReadOnlyCollection<KeyValuePair<string, string>> files)
    {
        // As in every task, so that the files don't depend on the culture of whoever builds.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            await RuntimeLayer.WriteAsync(files, context, _end.Token);
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Bake meets the same file or the same full disk, and reports it. A fault of this code must not end a build that can do without the layer.
            return false;
        }
    }

    private static string KeyOf(string workDirectory) => $"{typeof(RuntimeLayerAhead).FullName} {workDirectory}";
}

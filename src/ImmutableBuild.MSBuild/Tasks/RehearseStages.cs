using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.MSBuild;

/// <summary>Begins a <see cref="Rehearsal"/> of the stages beside what the build does next. It ends by itself, and with the build at the latest.</summary>
public sealed class RehearseStages : Microsoft.Build.Utilities.Task
{
    /// <summary>A directory of its own for it.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        // On a single processor it would only be in the way.
        if (Environment.ProcessorCount > 1 && BuildEngine is IBuildEngine4 engine && engine.GetRegisteredTaskObject(Key, RegisteredTaskObjectLifetime.Build) is null)
        {
            engine.RegisterTaskObject(Key, new Running(Directory), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return true;
    }

    private string Key => $"{typeof(RehearseStages).FullName} {Directory}";

    private sealed class Running : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task _work;

        public Running(string directory) => _work = Task.Run(() => Rehearsal.RunAsync(directory, _end.Token));

        public void Dispose()
        {
            _end.Cancel();
            _work.GetAwaiter().GetResult();
            _end.Dispose();
        }
    }
}

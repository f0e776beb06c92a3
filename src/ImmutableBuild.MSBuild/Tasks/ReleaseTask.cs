using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.MSBuild;

/// <summary>What every task of the package does alike: takes the same input, can be cancelled, tells errors by their code.</summary>
public abstract class ReleaseTask : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>The project, with what it says of itself as metadata (see <see cref="ProjectInput"/>).</summary>
    [Required]
    public ITaskItem Project { get; set; } = null!;

    /// <summary>The properties of the option catalogue: name, and metadata <c>Value</c>.</summary>
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>The items of the option catalogue, with metadata <c>ItemName</c>.</summary>
    public ITaskItem[] Items { get; set; } = [];

    /// <summary>Everything above, as one.</summary>
    protected ProjectInput Input => new(Project, Options, Items, BuildEngine);

    /// <summary>What stages and verbs get, with this task's log and the build's environment variables.</summary>
    protected StageContext ContextOf(ReleaseOptions options) =>
        new(options, new BuildLog(Log, Input.ProjectFile), TimeProvider.System, Environment.GetEnvironmentVariable) 
        {
            WorkDirectory = Input.WorkDirectory,
            Follower = BuildFollower.Of(BuildEngine, Input.WorkDirectory),
            OpenKmsKey = KmsKeys.OpenAsync,
        };

    /// <summary>Does the work; throws <see cref="ImmutableBuildException"/> when it refuses.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public override bool Execute()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            // So that messages and files don't depend on the culture of whoever builds.
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

            // Away from MSBuild's own scheduler, to which every await would come back: its threads are woken for each.
            Task.Run(() => RunAsync(_cancel.Token)).GetAwaiter().GetResult();
        }
        catch (ReleaseCancelledException told)
        {
            Log.LogMessage(MessageImportance.High, $"{told.Message} Run the release again to continue.");
            return false;
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            Log.LogMessage(MessageImportance.High, "Cancelled. Run the release again to continue.");
            return false;
        }
        catch (ImmutableBuildException refusal)
        {
            new BuildLog(Log, Project.ItemSpec).Refused(refusal);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            new BuildLog(Log, Project.ItemSpec).Refused(InternalErrors.Unexpected(fault));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        return !Log.HasLoggedErrors;
    }

    /// <inheritdoc/>
    public void Cancel() => _cancel.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancel.Dispose();
        GC.SuppressFinalize(this);
    }
}

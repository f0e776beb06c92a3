using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Refuses to publish anything but the packages that the project's lock file names.</summary>
public sealed class CheckPackages : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The project's <c>packages.lock.json</c>.</summary>
    [Required]
    public string LockFile { get; set; } = "";

    /// <summary>The <c>project.assets.json</c> of the release's restore.</summary>
    [Required]
    public string AssetsFile { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        var log = new BuildLog(Log, ProjectFile);
        try
        {
            var compared = LockComparison.Of(PackageSet.OfLockFile(LockFile), PackageSet.OfAssets(AssetsFile));
            if (!compared.Differences.IsEmpty)
            {
                throw PackageErrors.LockFileDiffers(LockFile, compared.Differences);
            }

            if (!compared.NotLocked.IsEmpty)
            {
                log.Warn(PackageErrors.RuntimeNotLocked(LockFile, compared.NotLocked));
            }
        }
        catch (ImmutableBuildException refusal)
        {
            log.Refused(refusal);
        }

        return !Log.HasLoggedErrors;
    }
}

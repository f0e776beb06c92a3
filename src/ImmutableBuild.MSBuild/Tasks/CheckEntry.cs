using ImmutableBuild.Errors;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Refuses to begin where the whole chain could not end well: on a solution, or without a choice of target framework.</summary>
public sealed class CheckEntry : Microsoft.Build.Utilities.Task
{
    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary><c>true</c> when the target was asked of a solution.</summary>
    public string? BuildingSolution { get; set; }

    /// <summary>The solution.</summary>
    public string? SolutionFile { get; set; }

    /// <summary>The framework that is being built; empty in the outer build of a multi-targeted project.</summary>
    public string? TargetFramework { get; set; }

    /// <summary>The project's frameworks, separated by ';'.</summary>
    public string? TargetFrameworks { get; set; }

    /// <summary><c>ImmutableTargetFramework</c>.</summary>
    public string? ChosenFramework { get; set; }

    /// <summary>The framework to release; null where the project has only one.</summary>
    [Output]
    public string? ReleasedFramework { get; set; }

    /// <summary>The image that <c>-p:Image=…</c> names for Verify or Scan; null without it. A project's own property of that name, or a variable of the environment, names none.</summary>
    [Output]
    public string? NamedImage => BuildEngine is IBuildEngine6 engine
        ? engine.GetGlobalProperties().FirstOrDefault(property => string.Equals(property.Key, "Image", StringComparison.OrdinalIgnoreCase)).Value
        : null;

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            RefuseSolution();
            ReleasedFramework = string.IsNullOrEmpty(TargetFrameworks) ? null : string.IsNullOrEmpty(TargetFramework) ? Choose() : TargetFramework;
        }
        catch (ImmutableBuildException refusal)
        {
            new BuildLog(Log, ProjectFile).Refused(refusal);
        }

        return !Log.HasLoggedErrors;
    }

    private void RefuseSolution()
    {
        if (string.Equals(BuildingSolution, "true", StringComparison.OrdinalIgnoreCase))
        {
            throw ConfigurationErrors.Solution(SolutionFile ?? "", ProjectFile);
        }
    }

    private string Choose()
    {
        var frameworks = TargetFrameworks!.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var chosen = string.IsNullOrEmpty(ChosenFramework) ? null : ChosenFramework.Trim();
        return frameworks.FirstOrDefault(framework => string.Equals(framework, chosen, StringComparison.OrdinalIgnoreCase))
            ?? (chosen is null && frameworks.Length == 1 ? frameworks[0] : throw ConfigurationErrors.TargetFramework(ProjectFile, string.Join(", ", frameworks), chosen));
    }
}

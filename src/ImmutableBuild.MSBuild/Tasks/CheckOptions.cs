using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Finds every mistake in options, project and source at once, before anything has a side effect.</summary>
public sealed class CheckOptions : ReleaseTask
{
    /// <summary>Also look at git: the release is about to begin from the source.</summary>
    public bool CheckSource { get; set; }

    /// <summary>The SDK that publishes.</summary>
    public string SdkVersion { get; set; } = "";

    /// <summary>The commit that the release begins from; null unless <see cref="CheckSource"/>.</summary>
    [Output]
    public string? Commit { get; private set; }

    /// <summary>The image is made of the publish output; false where a Dockerfile makes it.</summary>
    [Output]
    public bool Publishes { get; private set; } = true;

    /// <summary>What the publish follows from, a digest; null where more than the commit decides.</summary>
    [Output]
    public string? Inputs { get; private set; }

    /// <summary>What of the source, the SDK and the options the restore for the released runtime follows from, a digest; null where more than that decides.</summary>
    [Output]
    public string? RestoreSources { get; private set; }

    /// <summary>An earlier release has published just this, and it is still there.</summary>
    [Output]
    public bool PublishedBefore { get; private set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var mistakes = ImmutableArray.CreateBuilder<Diagnostic>();
        var options = Try(mistakes, () => ReleaseOptionsParser.Parse(Input.Raw()));
        Publishes = options?.Bake.Dockerfile is null;
        Try(mistakes, () => RequireProgram(Input, Publishes));
        if (CheckSource)
        {
            await RequireSourceAsync(options, mistakes, cancellationToken);
        }

        if (mistakes.Count > 0)
        {
            throw new ImmutableBuildException(mistakes.ToImmutable());
        }

        DataDirectory.RequireWritable(options!.DataDirectory);
    }

    private async Task RequireSourceAsync(ReleaseOptions? options, ImmutableArray<Diagnostic>.Builder mistakes, CancellationToken cancellationToken)
    {
        try
        {
            using var ahead = SourceAhead.Take(BuildEngine, Input.ProjectFile);
            var source = await ahead.StateAsync(cancellationToken);
            Commit = source.Commit.ToString();
            if (options is not null)
            {
                source.Accept(options, new BuildLog(Log, Input.ProjectFile));
                await FindEarlierAsync(options, source, ahead, cancellationToken);
            }
        }
        catch (ImmutableBuildException refusal)
        {
            mistakes.AddRange(refusal.Diagnostics);
        }
    }

    // Looks for an earlier publish only where the commit decides everything: uncommitted changes and files that the build makes may differ each time.
    private async Task FindEarlierAsync(ReleaseOptions options, SourceState source, SourceAhead ahead, CancellationToken cancellationToken)
    {
        if (!source.DirtyFiles.IsEmpty || options.AllowDirty || !options.BuildOutputs.IsEmpty || !Publishes)
        {
            return;
        }

        KeyValuePair<string, string>[] set = [.. options.Given, .. Input.CommandLine];
        var inputs = EarlierPublish.InputsOf(source.Commit.ToString(), SdkVersion, set);
        Inputs = inputs.ToString();
        PublishedBefore = await EarlierPublish.FindAsync(new ReleaseRecordFile(Input.WorkDirectory), inputs, cancellationToken) is not null;
        if (!PublishedBefore)
        {
            var deciding = await ahead.RestoreSourcesAsync(cancellationToken);
            RestoreSources = EarlierPublish.InputsOf(deciding.ToString(), SdkVersion, set).ToString();
        }
    }

    private static string RequireProgram(ProjectInput input, bool publishes) =>
        input.IsTestProject ? throw ConfigurationErrors.ProjectNotReleasable(input.ProjectFile, "a test project")
        : !publishes || input.OutputType.EndsWith("Exe", StringComparison.OrdinalIgnoreCase) ? input.OutputType
        : throw ConfigurationErrors.ProjectNotReleasable(input.ProjectFile, $"OutputType '{input.OutputType}'");

    private static T? Try<T>(ImmutableArray<Diagnostic>.Builder mistakes, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (ImmutableBuildException refusal)
        {
            mistakes.AddRange(refusal.Diagnostics);
            return null;
        }
    }
}

using System;
using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

namespace ImmutableBuild.NukeBuilds;

/// <summary>A build without a component: what the stand-in does by itself.</summary>
internal sealed class PlainBuild : NukeBuild
{
    [Parameter("A word to say", Name = "Word")]
    private readonly string _word = "nothing";

    [Parameter("Which targets fail", Name = "Failing")]
    private readonly string[] _failing = [];

    [Parameter("A key", Name = "ApiKey")]
    [Secret]
    private readonly string? _key;

    [Parameter("A file", Name = "SomeFile")]
    private readonly AbsolutePath? _file;

    public static int Run() => Execute<PlainBuild>(x => x.Pack);

    private Target Clean => _ => _
        .Description("Removes what was made")
        .Executes(() => Say("Clean"));

    private Target Restore => _ => _.After(Clean).Executes(() => Say("Restore"));

    private Target Compile => _ => _.DependsOn(Restore).Executes(() => Say("Compile"));

    private Target Test => _ => _.DependsOn(Compile).ProceedAfterFailure().Executes(() => Say("Test"));

    private Target Pack => _ => _.DependsOn(Compile).TryDependsOn<PlainBuild>(x => x.Test).Triggers(Announce).Executes(() => Say("Pack"));

    private Target Announce => _ => _.OnlyWhenDynamic(() => _word != "nothing").Executes(() => Say("Announce"));

    private Target Tidy => _ => _.TriggeredBy(Compile).AssuredAfterFailure().After(Pack).Executes(() => Say("Tidy"));

    private Target Publish => _ => _.DependsOn(Pack).Requires(() => _key).Executes(() => Say("Publish"));

    private void Say(string target)
    {
        Log.Information("ran {Target:l} {Word:l} {File:l}", target, _word, _file?.ToString() ?? "");
        if (Array.Exists(_failing, failing => failing == target))
        {
            throw new InvalidOperationException($"{target} fails as it was told to");
        }
    }
}

using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Images;

/// <summary>Runs Bake on a publish directory.</summary>
internal static class Baking
{
    public static readonly string Commit = new('a', 40);

    public static CompileRecord Compile(string publishDirectory) => new()
    {
        Commit = CommitSha.Parse(Commit),
        CommitTime = new DateTimeOffset(2026, 11, 20, 10, 11, 12, TimeSpan.Zero),
        RepositoryUrl = "https://example.com/web.git",
        Version = "1.2.3",
        Project = "src/Web/Web.csproj",
        Published = [new PublishRecord { Directory = publishDirectory, RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "Web" }],
        SdkVersion = "10.0.100",
    };

    /// <summary>With another publish output.</summary>
    public static CompileRecord Published(this CompileRecord compile, Func<PublishRecord, PublishRecord> change) => compile with { Published = [change(compile.Published[0])] };

    public static ReleaseRecord Record(CompileRecord compile) => new() { ReleaseId = "r1", App = new AppKey("web", "dev"), Compile = compile };

    public static ReleaseOptions Options(TemporaryDirectory directory) => new() { App = new AppKey("web", "dev"), DataDirectory = directory["data"] };

    public static StageContext Context(TemporaryDirectory directory, string work, ReleaseOptions? options = null) =>
        new(options ?? Options(directory), new RecordingReporter(), TimeProvider.System, static _ => null)
        {
            WorkDirectory = Directory.CreateDirectory(directory[work]).FullName,
        };

    public static async Task<BakeRecord> RunAsync(TemporaryDirectory directory, CompileRecord compile, string work = "work", ReleaseOptions? options = null)
    {
        var result = await new BakeStage().RunAsync(Record(compile), Context(directory, work, options), TestContext.Current.CancellationToken);
        return result.Record.Bake.ShouldNotBeNull();
    }

    public static async Task<ImageConfig> ConfigAsync(BakeRecord bake)
    {
        var layout = OciLayout.Open(bake.Layout);
        return await layout.ReadConfigAsync(await layout.ReadManifestAsync(bake.Digest, CancellationToken.None), CancellationToken.None);
    }
}

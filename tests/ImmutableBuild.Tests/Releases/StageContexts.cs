using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("immutable-test-").FullName;

    public string this[params ReadOnlySpan<string> parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class StageContexts
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static StageContext Make(
        string directory,
        Func<ReleaseOptions, ReleaseOptions>? change = null,
        Dictionary<string, string>? variables = null,
        RecordingReporter? reporter = null)
    {
        var options = new ReleaseOptions { App = new AppKey("web", "dev"), DataDirectory = Path.Combine(directory, "data") };
        var work = Directory.CreateDirectory(Path.Combine(directory, "work")).FullName;
        return new StageContext(change?.Invoke(options) ?? options, reporter ?? new RecordingReporter(), new FixedTime(), name => variables?.GetValueOrDefault(name))
        {
            WorkDirectory = work,
        };
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

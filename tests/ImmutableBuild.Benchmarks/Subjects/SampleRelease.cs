using System.Diagnostics;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>The sample, released as a user does, into a data directory of its own. Disposing of it takes it down.</summary>
internal sealed class SampleRelease : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("immutable-bench-");

    /// <summary>The data directory.</summary>
    public string DataDirectory => _data.FullName;

    /// <summary>The sample's project directory.</summary>
    public static string Project { get; } = Path.Combine(RepositoryRoot(), "samples", "WebApi");

    /// <summary>Builds without a target: what a developer does all day.</summary>
    public static Task<TimeSpan> BuildAsync(CancellationToken cancellationToken) => TimeAsync([], cancellationToken);

    /// <summary>Releases. A different <paramref name="stopGraceSeconds"/> is another configuration, so another generation of the same image (F33).</summary>
    public Task<TimeSpan> ReleaseAsync(int stopGraceSeconds, CancellationToken cancellationToken) => TimeAsync(
        ["-t:Release", .. Common, $"-p:ImmutableStopGrace={stopGraceSeconds}s", "-p:ImmutableKeep=1"], cancellationToken);

    /// <summary>What the latest release wrote down.</summary>
    public static Task<ReleaseRecord> ReadRecordAsync(CancellationToken cancellationToken) =>
        new ReleaseRecordFile(Path.Combine(Project, "obj", "immutable")).ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await TimeAsync(["-t:Stop", .. Common], CancellationToken.None);
        MakeWritable();
        _data.Delete(recursive: true);
    }

    /// <summary>Unpacked images are read-only, their directories too.</summary>
    private void MakeWritable()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var directory in _data.EnumerateDirectories("*", SearchOption.AllDirectories))
        {
            directory.UnixFileMode |= UnixFileMode.UserWrite;
        }
    }

    private IEnumerable<string> Common => [$"-p:ImmutableDataDirectory={DataDirectory}", "-p:ImmutableAllowDirty=true"];

    private static async Task<TimeSpan> TimeAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await Programs.RunAsync("dotnet", ["build", Project, "-nologo", "-v:quiet", .. arguments], cancellationToken);
        return Stopwatch.GetElapsedTime(began);
    }

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "ImmutableBuild.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The benchmarks do not run from within a clone of the repository.");
        }

        return directory;
    }
}

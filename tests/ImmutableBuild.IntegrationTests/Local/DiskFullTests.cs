using System.Diagnostics;
using ImmutableBuild.Errors;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>A data directory on a file system of 24 MB that is full.</summary>
public sealed class DiskFullTests : IAsyncLifetime
{
    private readonly string _small = Directory.CreateTempSubdirectory("imb-small-").FullName;
    private bool _mounted;
    private LocalBed? _bed;

    private LocalBed Bed => _bed!;

    public async ValueTask InitializeAsync()
    {
        _mounted = OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "none", _small);
        Assert.SkipUnless(_mounted, "may not mount a tmpfs here");
        _bed = new LocalBed(_small);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bed is not null)
        {
            await _bed.DisposeAsync();
        }

        if (_mounted)
        {
            await UnmountAsync();
        }

        Directory.Delete(_small, recursive: true);
    }

    [Fact, Trait("Fault", "F09"), Trait("Fault", "F40")]
    public async Task A_release_that_finds_no_space_changes_nothing_and_works_once_there_is_some()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var next = Bed.Spec(Bed.App, version: 2);
        var filler = Path.Combine(_small, "filler");
        Fill(filler);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(next));

        failure.Code.ShouldBeOneOf("IMB6050", "IMB6100");
        failure.Message.ShouldContain(_small);
        (await Bed.AskAsync(Bed.App)).ShouldBe(old.Id);
        File.Delete(filler);
        await Bed.ReleaseAsync(next);
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact, Trait("Fault", "F40")]
    public async Task A_first_release_that_finds_no_space_names_the_directory_and_leaves_no_process()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        Fill(Path.Combine(_small, "filler"));

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(spec));

        failure.Code.ShouldBe("IMB6100");
        failure.Message.ShouldContain(_small);
        await LocalProcesses.UntilNoneAsync(Bed.Layout.Root);
    }

    private static void Fill(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            var block = new byte[4096];
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    // The other threads of a killed process may hold its files a moment longer than its main thread lives.
    private async Task UnmountAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await RunAsync("umount", _small))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}

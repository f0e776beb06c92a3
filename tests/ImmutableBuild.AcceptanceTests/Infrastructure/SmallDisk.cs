using System.Diagnostics;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>A file system of a few megabytes, or one that can only be read; skips the test where none may be mounted.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>Mounts it over <paramref name="directory"/>, which is made.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="options">As for <c>mount -o</c>: <c>size=8m</c>, <c>ro</c>.</param>
    public static async Task<SmallDisk> MountAsync(string directory, string options)
    {
        System.IO.Directory.CreateDirectory(directory);
        Assert.SkipUnless(OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", options, "none", directory), "may not mount a tmpfs here");
        return new SmallDisk(directory);
    }

    /// <summary>Makes it another size, such as <c>64m</c>.</summary>
    public async Task ResizeAsync(string size) => Assert.True(await RunAsync("mount", "-o", $"remount,size={size}", Directory));

    /// <summary>Waits until no process that just ended holds its files any more.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        while (!await RunAsync("umount", Directory))
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

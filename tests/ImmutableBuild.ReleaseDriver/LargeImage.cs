using System.Globalization;
using ImmutableBuild.IntegrationTests.RealRegistries;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>Bakes and pushes an image with one large layer, and says how much memory the process needed at most.</summary>
internal static class LargeImage
{
    // Longer than deflate looks back, so that repeating it makes nothing smaller.
    private const int BlockBytes = 1024 * 1024;

    public static async Task<int> RunAsync(string directory, string registry, string megabytes)
    {
        var publish = Directory.CreateDirectory(Path.Combine(directory, "out")).FullName;
        await WriteAsync(Path.Combine(publish, "large.bin"), int.Parse(megabytes, CultureInfo.InvariantCulture));
        var image = new SampleImage(directory);
        var record = SampleImage.Sign(await image.BakeAsync([("Web", "\u007fELF app"u8.ToArray())], CancellationToken.None));
        var pushed = await image.PushAsync(record, registry, CancellationToken.None);
        var peak = (await File.ReadAllLinesAsync("/proc/self/status")).Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        Console.WriteLine($"{pushed.BytesSent} bytes, {peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]} kB");
        return 0;
    }

    private static async Task WriteAsync(string path, int megabytes)
    {
        var block = new byte[BlockBytes];
        new Random(1).NextBytes(block);
        await using var file = File.Create(path);
        for (var written = 0; written < megabytes; written++)
        {
            await file.WriteAsync(block);
        }
    }
}

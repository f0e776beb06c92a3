using System.Diagnostics;
using System.Globalization;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>The running processes that belong to one data directory, found from outside: by command line and environment.</summary>
internal static class LocalProcesses
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<int> Of(string dataDirectory) => Find(process => process.Mentions("cmdline", dataDirectory) || process.Mentions("environ", dataDirectory));

    /// <summary>The app's instances.</summary>
    public static IReadOnlyList<int> Instances(string dataDirectory) =>
        Find(process => process.Mentions("environ", dataDirectory) && process.Mentions("environ", "IMMUTABLE_INSTANCE="));

    /// <summary>The instances of <paramref name="generation"/>.</summary>
    public static IReadOnlyList<int> InstancesOf(string dataDirectory, GenerationId generation) =>
        Find(process => process.Mentions("environ", dataDirectory) && process.Mentions("environ", $"IMMUTABLE_GENERATION={generation}"));

    /// <summary>Whether there is such a process.</summary>
    public static bool IsRunning(int process) => ProcessHost.ForThisSystem().Find(process) is not null;

    /// <summary>kill -9 of all of them at once, and their end.</summary>
    public static async Task KillAsync(params IEnumerable<int> processes)
    {
        var host = ProcessHost.ForThisSystem();
        var found = processes.Select(host.Find).OfType<ProcessIdentity>().ToList();
        found.ForEach(host.Kill);
        foreach (var process in found)
        {
            await host.WaitForExitAsync(process, CancellationToken.None);
        }
    }

    /// <summary>kill -9 of the keepers and gateways of <paramref name="directory"/> until there are none: they start each other again.</summary>
    public static async Task KillGatewaysAsync(string directory)
    {
        while ((IReadOnlyList<int>)[.. Gateways(directory, "keep"), .. Gateways(directory, "serve")] is { Count: > 0 } left)
        {
            await KillAsync(left);
        }
    }

    /// <summary>Waits until there is none: an app that was stopped is down before its gateway and its keeper have ended.</summary>
    public static async Task UntilNoneAsync(string dataDirectory)
    {
        var began = Stopwatch.GetTimestamp();
        while (Of(dataDirectory) is { Count: > 0 } left)
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(3), $"still there: {string.Join(", ", left)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until there is one keeper: another may be there that a look has started while the gateway was away, and that has yet to find the app kept, and to end.</summary>
    public static async Task UntilOneKeeperAsync(string dataDirectory)
    {
        var began = Stopwatch.GetTimestamp();
        while (Gateways(dataDirectory, "keep") is { Count: not 1 } keepers)
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(3), $"the keepers are {string.Join(", ", keepers)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Keepers and gateways, by the verb they were started with.</summary>
    public static IReadOnlyList<int> Gateways(string dataDirectory, string verb) =>
        Find(process => process.Mentions("cmdline", dataDirectory) && process.Mentions("cmdline", $"\0{verb}\0"));

    private static List<int> Find(Func<ProcFile, bool> belongs) =>
    [
        .. from path in Directory.EnumerateDirectories("/proc")
           let id = int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
           where id != 0 && id != Environment.ProcessId && belongs(new ProcFile(path))
           select id,
    ];

    private readonly record struct ProcFile(string Directory)
    {
        public bool Mentions(string file, string text)
        {
            try
            {
                return File.ReadAllText(Path.Combine(Directory, file)).Contains(text, StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}

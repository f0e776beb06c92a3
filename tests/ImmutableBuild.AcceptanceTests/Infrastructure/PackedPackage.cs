using ImmutableBuild.AcceptanceTests.Infrastructure;

[assembly: AssemblyFixture(typeof(PackedPackage))]

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The package as it would be published, packed once into a feed of its own, with a version nobody has cached.</summary>
public sealed class PackedPackage : IAsyncLifetime
{
    private readonly SemaphoreSlim _packing = new(1);
    private readonly HashSet<string> _packed = [];
    private readonly HashSet<string> _made = [];

    /// <summary>Everything the tests leave on disk; spaces and letters beyond ASCII on purpose.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("imb ü ").FullName;

    public string Version { get; } = $"0.1.0-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

    public string File => Path.Combine(Feed, $"ImmutableBuild.{Version}.nupkg");

    public string Feed => Path.Combine(Root, "feed");

    /// <summary>The packages of these tests alone; what else is needed comes from the user's own folder.</summary>
    public string Packages => Path.Combine(Root, "packages");

    public async ValueTask InitializeAsync() => await PackAsync("src/ImmutableBuild.MSBuild", Version);

    /// <summary>Packs another project into the feed, unless a test before has; one at a time, since they build the same libraries.</summary>
    /// <param name="project">Its directory, from the repository's root.</param>
    /// <param name="version">The version, or null for the project's own.</param>
    public async Task PackAsync(string project, string? version)
    {
        await _packing.WaitAsync();
        try
        {
            if (!_packed.Contains(project))
            {
                (await Command.RunAsync("dotnet", Root, ["pack", Path.Combine(Repository.Root, project), .. PackArguments(Feed, version)], Quiet)).ShouldSucceed();
                _packed.Add(project);
            }
        }
        finally
        {
            _packing.Release();
        }
    }

    /// <summary>Makes something of packages that all tests can use, unless a test before has; one at a time, as above.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="make">Makes it in the directory that it is given.</param>
    /// <returns>Where it is.</returns>
    internal async Task<string> OnceAsync(string name, Func<string, Task> make)
    {
        await _packing.WaitAsync();
        try
        {
            var place = Path.Combine(Root, name);
            if (!_made.Contains(name))
            {
                await make(place);
                _made.Add(name);
            }

            return place;
        }
        finally
        {
            _packing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _packing.Dispose();
        await LeftDirectory.RemoveAsync(() => Directory.Delete(Root, recursive: true));
    }

    // As the samples build what they take from this repository, so that nothing is compiled again.
    private static string[] PackArguments(string place, string? version) =>
        ["-c", "Release", "-o", place, .. version is null ? (string[])[] : [$"-p:PackageVersion={version}"], "-p:IncludeSourceRevisionInInformationalVersion=false", "-p:UseRazorBuildServer=false", "-nodeReuse:false", "-v", "q"];

    internal static Dictionary<string, string?> Quiet => new()
    {
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["CI"] = null,
        ["GITHUB_ACTIONS"] = null,
    };
}

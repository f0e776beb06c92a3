using ImmutableBuild.AcceptanceTests.Infrastructure;

[assembly: AssemblyFixture(typeof(PackedPackage))]

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The package as it would be published, packed once into a feed of its own, with a version nobody has cached.</summary>
public sealed class PackedPackage : IAsyncLifetime
{
    /// <summary>Everything the tests leave on disk; spaces and letters beyond ASCII on purpose.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("imb ü ").FullName;

    public string Version { get; } = $"0.1.0-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

    public string File => Path.Combine(Feed, $"ImmutableBuild.{Version}.nupkg");

    public string Feed => Path.Combine(Root, "feed");

    /// <summary>The packages of these tests alone; what else is needed comes from the user's own folder.</summary>
    public string Packages => Path.Combine(Root, "packages");

    public async ValueTask InitializeAsync()
    {
        var project = Path.Combine(Repository.Root, "src", "ImmutableBuild.MSBuild", "ImmutableBuild.MSBuild.csproj");
        var pack = await Command.RunAsync("dotnet", Root, ["pack", project, .. PackArguments(Feed, Version)], Quiet);
        pack.ShouldSucceed();
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>As the samples build what they take from this repository, so that nothing is compiled again.</summary>
    internal static string[] PackArguments(string place, string version) =>
        ["-c", "Release", "-o", place, $"-p:PackageVersion={version}", "-p:IncludeSourceRevisionInInformationalVersion=false", "-p:UseRazorBuildServer=false", "-nodeReuse:false", "-v", "q"];

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

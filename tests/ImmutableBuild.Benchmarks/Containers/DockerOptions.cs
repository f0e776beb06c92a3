using System.CommandLine;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>Options of the comparisons that need an engine.</summary>
internal static class DockerOptions
{
    /// <summary>Where the app's image goes to.</summary>
    public static Option<string> Registry { get; } = new("--registry") { Description = "The registry that the app's image is pushed to.", DefaultValueFactory = _ => "localhost:5000" };

    /// <summary>What the app's image and the gateway's are made upon.</summary>
    public static Option<string> BaseImage { get; } = new("--base") { Description = "An image with the ASP.NET Core runtime, for app and gateway.", DefaultValueFactory = _ => "localhost:5000/dotnet/aspnet:10.0" };
}

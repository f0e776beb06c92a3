using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>docker's own programs, as people at a terminal use them.</summary>
internal static class DockerProgram
{
    /// <summary>What <c>docker</c> prints, without the space around it; throws when it fails.</summary>
    public static async Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await Programs.RunAsync(Programs.Find("docker", "docker.io"), arguments, cancellationToken)).Trim();

    /// <summary>The container that <paramref name="name"/> is, with everything below it: its processes as this machine's engine has them.</summary>
    public static async Task<int> ProcessOfAsync(string name, CancellationToken cancellationToken) =>
        int.Parse(await RunAsync(cancellationToken, "inspect", "-f", "{{.State.Pid}}", name), System.Globalization.CultureInfo.InvariantCulture);
}

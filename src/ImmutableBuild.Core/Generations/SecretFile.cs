namespace ImmutableBuild.Generations;

/// <summary>Where an instance finds a secret that is given to it as a file: where Docker's and Kubernetes' own secrets are, so that <c>AddKeyPerFile</c> reads both.</summary>
public static class SecretFile
{
    /// <summary>The directory of all of them.</summary>
    public const string Directory = "/run/secrets";

    /// <summary>The path of the file called <paramref name="name"/>.</summary>
    public static string PathOf(string name) => $"{Directory}/{name}";
}

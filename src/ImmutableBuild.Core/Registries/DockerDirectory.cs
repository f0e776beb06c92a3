namespace ImmutableBuild.Registries;

/// <summary>Where docker's own client keeps its configuration.</summary>
internal static class DockerDirectory
{
    /// <summary>The directory that <c>DOCKER_CONFIG</c> names, else <c>.docker</c> in the user's home; null where nothing names either.</summary>
    /// <param name="readVariable">Reads an environment variable.</param>
    /// <param name="isWindows">Whether the home is that of <c>USERPROFILE</c>: a <c>HOME</c> is other programs' there.</param>
    public static string? Find(Func<string, string?> readVariable, bool isWindows)
    {
        var home = isWindows ? Variable("USERPROFILE") ?? Variable("HOME") : Variable("HOME") ?? Variable("USERPROFILE");
        return Variable("DOCKER_CONFIG") ?? (home is null ? null : Path.Combine(home, ".docker"));

        string? Variable(string name) => readVariable(name) is { Length: > 0 } value ? value : null;
    }
}

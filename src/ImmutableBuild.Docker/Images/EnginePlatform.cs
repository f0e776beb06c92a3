using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Docker.Images;

/// <summary>What an engine's containers run on.</summary>
internal static class EnginePlatform
{
    private const int LongestWord = 32;

    /// <summary>Asks the engine. What it says ends up in messages and in the choice among an index's images, so it has to look like a platform.</summary>
    public static async Task<Platform> AskAsync(IDockerClient engine, CancellationToken cancellationToken)
    {
        var version = await engine.System.GetVersionAsync(cancellationToken);
        return IsWord(version.Os) && IsWord(version.Arch)
            ? new Platform { Os = version.Os!, Architecture = version.Arch! }
            : throw CallFaults.NotUnderstood("tell its platform", $"'{version.Os}' and '{version.Arch}' where an operating system and a CPU were expected");
    }

    private static bool IsWord(string? text) => text is { Length: > 0 and <= LongestWord } && text.All(char.IsAsciiLetterOrDigit);
}

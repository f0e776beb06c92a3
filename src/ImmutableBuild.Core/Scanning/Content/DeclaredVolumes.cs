using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The image declares volumes.</summary>
internal static class DeclaredVolumes
{
    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3114", "The image declares a volume",
        "An engine makes a new nameless volume for each container then: what is written there is in none of the next one's, and stays on the disk for ever.",
        "Remove VOLUME from the Dockerfile, and name where data lives at deployment (ImmutableDataVolume).");

    /// <summary>One finding for each directory.</summary>
    public static IEnumerable<Finding> Check(ContentContext context) => (context.Image.Config.Config?.Volumes?.Keys ?? []).Select(directory => new Finding
    {
        Id = Rule.Code, Severity = FindingSeverity.Medium, Subject = $"volume {directory}", Message = "The image's configuration declares it.", WayOut = Rule.Cure,
    });
}

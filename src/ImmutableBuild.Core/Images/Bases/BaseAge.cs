using System.Globalization;

namespace ImmutableBuild.Images.Bases;

/// <summary>How long ago a base image was made: as old are the security fixes in it, at best.</summary>
internal static class BaseAge
{
    // Reproducible images bear a date that says nothing: the beginning of some epoch.
    private static readonly DateTimeOffset s_oldest = new(2013, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Its age by its own word; null when it doesn't tell.</summary>
    public static TimeSpan? Of(BaseImage image, TimeProvider time) =>
        DateTimeOffset.TryParse(image.Config.Created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) && created > s_oldest
            ? time.GetUtcNow() - created
            : null;
}

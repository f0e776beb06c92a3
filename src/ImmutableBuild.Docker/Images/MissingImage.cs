using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker.Images;

/// <summary>Another app's release may remove an image that both have, between the moment it was found here and its first container: it is brought again.</summary>
internal static class MissingImage
{
    private const int Attempts = 3;

    /// <summary>Brings an image and does with it what needs it, again when it is gone meanwhile.</summary>
    public static async Task<T> BringAndAsync<T>(Func<Task<string>> bring, Func<string, Task<T>> use)
    {
        for (var attempt = 1; ; attempt++)
        {
            var image = await bring();
            try
            {
                return await use(image);
            }
            catch (DockerApiException fault) when (Explains(fault) && attempt < Attempts)
            {
                // Once more.
            }
        }
    }

    /// <summary>Whether a call failed since the engine has no such image.</summary>
    public static bool Explains(DockerApiException fault) => fault.Kind == DockerErrorKind.NotFound && fault.Detail.Contains("No such image", StringComparison.OrdinalIgnoreCase);
}

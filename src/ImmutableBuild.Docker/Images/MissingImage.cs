using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker.Images;

/// <summary>Brings an image again that disappeared before its first container was made: the release of another app that had the same image may have removed it.</summary>
internal static class MissingImage
{
    private const int Attempts = 3;

    /// <summary>Brings an image and uses it; both again where the image was removed in between.</summary>
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
                // The image was removed between the two calls: bring it again.
            }
        }
    }

    /// <summary>Whether a call failed because the engine has no such image.</summary>
    public static bool Explains(DockerApiException fault) => fault.Kind == DockerErrorKind.NotFound && fault.Detail.Contains("No such image", StringComparison.OrdinalIgnoreCase);
}

using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker;

/// <summary>Calls about a thing that may be gone.</summary>
internal static class Found
{
    /// <summary>The reply; null when there is no such thing.</summary>
    public static async Task<T?> OrNullAsync<T>(Task<T> call)
        where T : class
    {
        try
        {
            return await call;
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Ends also when there is no such thing, or its end is under way.</summary>
    public static async Task IfThereAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (DockerApiException fault) when (fault.Kind is DockerErrorKind.NotFound || (fault.Kind == DockerErrorKind.Conflict && fault.Detail.Contains("already in progress", StringComparison.Ordinal)))
        {
            // It is gone, or will be in a moment: what the call was to bring about.
        }
    }
}

using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The image an app's gateway runs, or ran last. Short-lived containers beside the gateway use it, so that no newer one has to be made for them.</summary>
internal static class KnownGatewayImage
{
    /// <summary>Its id in the engine.</summary>
    /// <param name="client">The engine.</param>
    /// <param name="names">The app's names.</param>
    /// <param name="ensureImage">Brings the gateway's image, where the engine has lost the one it was.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<string> FindOrBringAsync(IDockerClient client, AppNames names, Func<IDockerClient, CancellationToken, Task<string>> ensureImage, CancellationToken cancellationToken)
    {
        if (await Found.OrNullAsync(client.Containers.InspectContainerAsync(names.Gateway, cancellationToken)) is { Image: { } running })
        {
            return running;
        }

        var volume = await Found.OrNullAsync(client.Volumes.InspectAsync(names.StateVolume, cancellationToken));
        var ran = volume?.Labels?.GetValueOrDefault(AppNames.GatewayImageLabel);
        return ran is not null && await Found.OrNullAsync(client.Images.InspectImageAsync(ran, cancellationToken)) is not null ? ran : await ensureImage(client, cancellationToken);
    }
}

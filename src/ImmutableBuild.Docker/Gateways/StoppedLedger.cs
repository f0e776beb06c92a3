using System.Collections.Immutable;
using System.Formats.Tar;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The history of an app that no gateway runs for, read from its volume through a container that is never started.</summary>
internal static class StoppedLedger
{
    /// <summary>One reader is lost only to a release that begins at that moment; so many are lost only to as many releases.</summary>
    private const int MostReaders = 3;

    /// <summary>The entries; none when the app has no volume. Nothing is left behind.</summary>
    /// <param name="client">The engine.</param>
    /// <param name="names">The app's names.</param>
    /// <param name="ensureImage">Brings the gateway's image, where the engine has lost the one it was.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<ImmutableArray<LedgerEntry>> ReadAsync(
        IDockerClient client, AppNames names, Func<IDockerClient, CancellationToken, Task<string>> ensureImage, CancellationToken cancellationToken)
    {
        if (await Found.OrNullAsync(client.Volumes.InspectAsync(names.StateVolume, cancellationToken)) is null)
        {
            return [];
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadOnceAsync(client, names, ensureImage, cancellationToken);
            }
            catch (DockerApiException gone) when (gone.Kind == DockerErrorKind.NotFound && attempt < MostReaders)
            {
                // A release that began meanwhile removed the reader as a forgotten one: make another.
            }
        }
    }

    private static async Task<ImmutableArray<LedgerEntry>> ReadOnceAsync(
        IDockerClient client, AppNames names, Func<IDockerClient, CancellationToken, Task<string>> ensureImage, CancellationToken cancellationToken)
    {
        var reader = await client.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Image = await KnownGatewayImage.FindOrBringAsync(client, names, ensureImage, cancellationToken),
                Cmd = ["true"],
                Labels = names.LabelsOf(AppNames.ReaderRole),
                HostConfig = new HostConfiguration { NetworkMode = "none", Mounts = [new ContainerMount("volume", names.StateVolume, GatewayCommand.Volume)] },
            },
            cancellationToken);
        try
        {
            return await ReadAsync(client, reader.ID, cancellationToken);
        }
        finally
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(reader.ID, new ContainerRemoveParameters { Force = true }, CancellationToken.None));
        }
    }

    private static async Task<ImmutableArray<LedgerEntry>> ReadAsync(IDockerClient client, string container, CancellationToken cancellationToken)
    {
        var archive = await Found.OrNullAsync(client.Containers.GetArchiveFromContainerAsync(container, $"{GatewayCommand.StateDirectory}/{GatewayFiles.Ledger}", cancellationToken));
        if (archive is null)
        {
            // Not found means no ledger, or that the reader itself is gone, which the next call throws for.
            _ = await client.Containers.InspectContainerAsync(container, cancellationToken);
            return [];
        }

        await using var stream = archive.Stream;
        await using var tar = new TarReader(stream);
        var entry = await tar.GetNextEntryAsync(copyData: true, cancellationToken);
        if (entry is not { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, Length: <= LedgerLines.MaximumBytes, DataStream: { } data })
        {
            return [];
        }

        using var reader = new StreamReader(data);
        return LedgerLines.Read(reader);
    }
}

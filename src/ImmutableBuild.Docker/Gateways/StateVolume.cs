using System.Formats.Tar;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Gateway;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The volume with a gateway's state, as its container sees it.</summary>
internal static class StateVolume
{
    /// <summary>Who the gateway runs as: .NET images' own user, by number.</summary>
    public const string Owner = "1654:1654";

    /// <summary>The same as a number.</summary>
    public const int User = 1654;

    /// <summary>Makes the state directory in the volume of a container that was not started yet, for the user its gateway runs as.</summary>
    public static async Task OwnAsync(IDockerClient client, string container, CancellationToken cancellationToken)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.Directory, "state/") { Uid = User, Gid = User, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute },
                cancellationToken);

            // The new container serves its own program: one that an earlier container was upgraded to is older.
            await using var own = new MemoryStream(Encoding.UTF8.GetBytes(GatewayCommand.ProgramDirectory), writable: false);
            await writer.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, $"state/{GatewayFiles.Program}") { Uid = User, Gid = User, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, DataStream = own },
                cancellationToken);
        }

        tar.Position = 0;
        await client.Containers.ExtractArchiveToContainerAsync(container, GatewayCommand.Volume, tar, cancellationToken);
    }
}

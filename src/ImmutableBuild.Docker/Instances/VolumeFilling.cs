using System.Formats.Tar;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Instances;

/// <summary>
/// Gives volumes to the user of an image, and puts secret files into one. Instances can't do it, since they are not root, and the engine
/// fills volumes only through a container that has them; so there is one for it, which is never started.
/// </summary>
internal sealed class VolumeFilling(IDockerClient client, AppNames names)
{
    private const string Parent = "immutable-volumes";
    private const string Secrets = "secrets";
    private const UnixFileMode Traverse = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    /// <summary>Fills the volumes of <paramref name="spec"/>, which exist.</summary>
    public async Task FillAsync(GenerationSpec spec, string image, SecretValues secrets, CancellationToken cancellationToken)
    {
        // A release that died may have left its container, which has the same name.
        await RemoveAsync(cancellationToken);
        var mounts = InstanceVolumes.MountsOf(names, spec)!.Select((mount, number) => mount with { Target = $"/{Parent}/{NameOf(mount, number)}", ReadOnly = false }).ToList();
        await client.Containers.CreateContainerAsync(
            new CreateContainerParameters { Name = names.Filling, Image = image, Labels = names.LabelsOf(AppNames.FillingRole), HostConfig = new HostConfiguration { NetworkMode = "none", Mounts = mounts } },
            cancellationToken);
        try
        {
            var owner = await new ImageOwner(client, names.Filling).FindAsync(image, cancellationToken);
            using var tar = Write(mounts, secrets, owner);
            await client.Containers.ExtractArchiveToContainerAsync(names.Filling, "/", tar, cancellationToken);
        }
        finally
        {
            await RemoveAsync(CancellationToken.None);
        }
    }

    private static string NameOf(ContainerMount mount, int number) => mount.Target == SecretFile.Directory ? Secrets : $"data{number}";

    private static MemoryStream Write(IReadOnlyList<ContainerMount> mounts, SecretValues secrets, (int User, int Group) owner)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var mount in mounts)
            {
                var own = mount.Target == $"/{Parent}/{Secrets}" ? Traverse : Traverse | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
                writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, mount.Target[1..] + "/") { Uid = owner.User, Gid = owner.Group, Mode = own });
            }

            foreach (var (name, value) in secrets.Files)
            {
                using var content = new MemoryStream(Encoding.UTF8.GetBytes(value), writable: false);
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{Parent}/{Secrets}/{name}") { Uid = owner.User, Gid = owner.Group, Mode = UnixFileMode.UserRead, DataStream = content });
            }
        }

        tar.Position = 0;
        return tar;
    }

    private Task RemoveAsync(CancellationToken cancellationToken) =>
        Found.IfThereAsync(client.Containers.RemoveContainerAsync(names.Filling, new ContainerRemoveParameters { Force = true }, cancellationToken));
}

using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The gateway's program that came with this release, to take the place of an older one in a container that goes on (F11).</summary>
/// <param name="Hash">What it is known by.</param>
/// <param name="Version">Its version; null where it bears none.</param>
/// <param name="Files">The files, by name.</param>
internal sealed record GatewayProgram(string Hash, string? Version, IReadOnlyList<(string Name, string Path)> Files)
{
    private const string Programs = ImmutableBuild.Gateway.GatewayFiles.Programs;
    private const int HashLength = 16;
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead;
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Where it is in a gateway's container after an upgrade.</summary>
    public string Directory => $"{GatewayCommand.StateDirectory}/{Programs}/{Hash}";

    /// <summary>Finds it. IMB6222 when the gateway isn't there, IMB2013 for a damaged dependency file.</summary>
    public static GatewayProgram Find(string directory)
    {
        var gateway = Images.GatewayFiles.Find(directory);
        var files = gateway.Layers.SelectMany(layer => layer.Files).Select(file => (file.Path, Source: Path.Combine(directory, file.Path))).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, source) in files)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(source)));
        }

        return new GatewayProgram(Convert.ToHexStringLower(hash.GetHashAndReset())[..HashLength], gateway.Version, files);
    }

    /// <summary>Puts it into the state volume of a gateway's container, where only the gateway's user can read it.</summary>
    public async Task BringAsync(IDockerClient client, string container, CancellationToken cancellationToken)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var directory in new[] { $"{Programs}/", $"{Programs}/{Hash}/" })
            {
                await writer.WriteEntryAsync(Owned(new UstarTarEntry(TarEntryType.Directory, directory) { Mode = OwnerAll }), cancellationToken);
            }

            foreach (var (name, source) in Files)
            {
                await using var content = File.OpenRead(source);
                var entry = new UstarTarEntry(TarEntryType.RegularFile, $"{Programs}/{Hash}/{name}") { Mode = OwnerReads, DataStream = content };
                await writer.WriteEntryAsync(Owned(entry), cancellationToken);
            }
        }

        tar.Position = 0;
        await client.Containers.ExtractArchiveToContainerAsync(container, GatewayCommand.StateDirectory, tar, cancellationToken);
    }

    private static UstarTarEntry Owned(UstarTarEntry entry)
    {
        (entry.Uid, entry.Gid) = (StateVolume.User, StateVolume.User);
        return entry;
    }
}

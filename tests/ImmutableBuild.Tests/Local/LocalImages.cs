using System.Collections.Immutable;
using System.Formats.Tar;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Local;

/// <summary>Images for this machine's platform, in a layout.</summary>
internal static class LocalImages
{
    public const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    public const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static RunConfig App { get; } = new() { Entrypoint = ["/app/web"], WorkingDir = "/app", User = "1654" };

    public static byte[] Layer(params TarEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();
    }

    public static TarEntry File(string path, string content, UnixFileMode mode = Plain) =>
        new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)) };

    public static TarEntry Link(string path, string target) => new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target };

    public static TarEntry Pipe(string path) => new PaxTarEntry(TarEntryType.Fifo, path);

    public static Digest Write(OciLayout layout, RunConfig run, byte[] tar, string? os = null, string? architecture = null)
    {
        var config = new ImageConfig
        {
            Architecture = architecture ?? HostPlatform.ArchitectureName,
            Os = os ?? HostPlatform.OperatingSystemName,
            Config = run,
            RootFs = new RootFileSystem { DiffIds = [Digest.Of(tar)] },
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)),
            Layers = [layout.WriteBlob(MediaTypes.GzipLayer, Images.TestImage.Gzip(tar))],
        };
        return layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)).Digest;
    }

    public static GenerationSpec Spec(AppKey app, Digest image, RuntimeConfiguration? configuration = null) => new()
    {
        App = app,
        Commit = CommitSha.Parse(new string('a', 40)),
        Image = image,
        Repository = $"local/{app.App}",
        Configuration = configuration ?? new RuntimeConfiguration(),
        Size = 1,
    };

    public static ImmutableSortedDictionary<string, string> Variables(params (string Name, string Value)[] variables) =>
        variables.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
}

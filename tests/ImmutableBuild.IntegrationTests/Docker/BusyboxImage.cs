using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>An image of one static program, so that no registry is needed.</summary>
internal static class BusyboxImage
{
    private static readonly string[] Commands = ["sh", "cat", "echo", "sleep", "head", "tr", "touch", "rm", "seq", "wc", "id", "true", "stty"];

    /// <summary>Writes it as <c>docker save</c> does.</summary>
    public static void Write(string path, string name, string busybox, bool withShell = true)
    {
        var layer = Layer(busybox, withShell);
        var diffId = Convert.ToHexStringLower(SHA256.HashData(layer));
        var config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["{{{(withShell ? "sh" : "sleep\",\"600")}}}"],"Labels":{"made-by":"{{{name}}}"}},"rootfs":{"type":"layers","diff_ids":["sha256:{{{diffId}}}"]},"history":[{"created_by":"test"}]}""");
        var configName = $"{Convert.ToHexStringLower(SHA256.HashData(config))}.json";
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        Add(writer, configName, config);
        Add(writer, $"{diffId}/layer.tar", layer);
        Add(writer, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":["{{name}}"],"Layers":["{{diffId}}/layer.tar"]}]"""));
    }

    /// <summary>Its one layer.</summary>
    public static byte[] Layer(string busybox, bool withShell = true)
    {
        const UnixFileMode Everything = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var directory in new[] { "bin/", "tmp/", "etc/" })
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, directory) { Mode = Everything });
            }

            Add(writer, "bin/busybox", File.ReadAllBytes(busybox), Everything);
            foreach (var command in Commands.Where(command => withShell || command != "sh"))
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{command}") { LinkName = "busybox" });
            }
        }

        return bytes.ToArray();
    }

    private static void Add(TarWriter writer, string name, byte[] content, UnixFileMode mode = UnixFileMode.UserRead) =>
        writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = mode });
}

using System.Formats.Tar;
using System.Globalization;
using System.Text;
using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Docker.Instances;

/// <summary>Who an image runs as, in numbers. Names are looked up in the image's own files, as the engine does (image-spec, config, <c>User</c>).</summary>
/// <param name="client">The engine.</param>
/// <param name="container">A container of the image.</param>
internal sealed class ImageOwner(IDockerClient client, string container)
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>User and group. Of a name that is not there: root's, since an instance of the image can't start and says why.</summary>
    public async Task<(int User, int Group)> FindAsync(string image, CancellationToken cancellationToken)
    {
        var parts = ((await client.Images.InspectImageAsync(image, cancellationToken)).Config?.User ?? "").Split(':', 2);
        var users = await ReadAsync("/etc/passwd", cancellationToken);
        var user = users.FirstOrDefault(fields => fields[0] == parts[0] || (fields.Length > 2 && fields[2] == parts[0]));
        var userId = Number(parts[0]) ?? Number(user?.ElementAtOrDefault(2)) ?? 0;
        if (parts.Length == 1)
        {
            return (userId, Number(user?.ElementAtOrDefault(3)) ?? 0);
        }

        return (userId, Number(parts[1]) ?? Number((await ReadAsync("/etc/group", cancellationToken)).FirstOrDefault(fields => fields[0] == parts[1])?.ElementAtOrDefault(2)) ?? 0);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private async Task<IReadOnlyList<string[]>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (await Found.OrNullAsync(client.Containers.GetArchiveFromContainerAsync(container, path, cancellationToken)) is not { } archive)
        {
            return [];
        }

        await using var stream = archive.Stream;
        await using var reader = new TarReader(stream);
        if (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is not { DataStream: { } data, Length: <= MostBytes })
        {
            return [];
        }

        using var text = new StreamReader(data, Encoding.UTF8);
        return [.. (await text.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':'))];
    }
}

using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Instances;

/// <summary>What an instance wrote, as far as the engine's log driver can tell.</summary>
internal static class InstanceLog
{
    private const long MostBytes = 4 * 1024 * 1024;

    /// <summary>The last <paramref name="lines"/> lines, output and errors as they came; none when its container is gone or its log can't be read back.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(IDockerClient client, string container, int lines, CancellationToken cancellationToken)
    {
        try
        {
            await using var log = await client.Containers.GetContainerLogsAsync(container, tty: false, new ContainerLogsParameters { Tail = lines }, cancellationToken);
            using var text = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (text.Length < MostBytes && await log.ReadOutputAsync(buffer, cancellationToken) is { EOF: false } read)
            {
                text.Write(buffer, 0, read.Count);
            }

            var said = Encoding.UTF8.GetString(text.ToArray()).TrimEnd('\n');
            return said.Length == 0 ? [] : [.. said.Split('\n').Select(line => line.TrimEnd('\r')).TakeLast(lines)];
        }
        catch (DockerApiException fault) when (!fault.IsTransient)
        {
            return [];
        }
    }
}

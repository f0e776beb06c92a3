using System.Net;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Shells;

namespace ImmutableBuild.Tests.Shells;

/// <summary>Programs that connect to the registry of a rehearsal, and are none of it.</summary>
public sealed class RehearsedRegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", false)]
    [InlineData("PUT /v2/app/manifests/1 HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf", false)]
    [InlineData("PUT /v2/app/manifests/1 HTTP/1.1\r\nContent-Length: 2000000000\r\n\r\n", true)]
    [InlineData("PUT /v2/app/manifests/1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n", true)]
    [InlineData("\r\n\r\n", true)]
    public async Task A_connection_that_is_held_open_keeps_no_rehearsal_from_its_end(string sent, bool isSentAway)
    {
        var registry = new RehearsedRegistry();
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(registry.Host), Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent), Token);
        if (isSentAway)
        {
            (await ReadAsync(client)).ShouldBe(0, "it is not answered, and nothing is kept for it");
        }

        await registry.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2), Token);

        (await ReadAsync(client)).ShouldBe(0);
    }

    [Fact]
    public async Task One_that_sends_without_end_is_cut_off()
    {
        await using var registry = new RehearsedRegistry();
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(registry.Host), Token);

        await Should.ThrowAsync<IOException>(async () =>
        {
            while (true)
            {
                await client.GetStream().WriteAsync(new byte[64 * 1024], Token);
            }
        });
    }

    // A connection that is closed with something unread is reset.
    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}

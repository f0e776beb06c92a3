namespace ImmutableBuild.Tests.Gateway;

/// <summary>Chunks are this hop's; any other transfer coding of a request would have to be taken off here, too (RFC 9112, 6.1 and 7).</summary>
public sealed class TransferCodingTests
{
    [Theory]
    [InlineData("gzip, chunked")]
    [InlineData("chunked, chunked")]
    public async Task A_body_with_another_transfer_coding_is_refused_and_reaches_no_instance(string coding)
    {
        var reached = false;
        await using var gateway = await ScriptedGateway.StartAsync(instance =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        using var client = await gateway.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n3\r\none\r\n0\r\n\r\n");

        (await client.ReadToAsync("understood here.")).ShouldStartWith("HTTP/1.1 501 Not Implemented");
        reached.ShouldBeFalse();
        gateway.Sample().ShouldBe((0, 0));
    }
}

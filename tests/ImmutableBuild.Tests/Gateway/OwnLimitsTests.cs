using System.Net.Sockets;
using ImmutableBuild.Gateway.Supervision;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A gateway that has no descriptor left to look at its instances learns nothing of them.</summary>
public sealed class OwnLimitsTests
{
    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, true)]
    [InlineData(SocketError.NoBufferSpaceAvailable, true)]
    [InlineData(SocketError.ConnectionRefused, false)]
    [InlineData(SocketError.ConnectionReset, false)]
    [InlineData(SocketError.HostNotFound, false)]
    public void A_connection_that_could_not_be_tried_is_no_answer(SocketError error, bool isOwn) =>
        OwnLimits.Explain(new SocketException((int)error)).ShouldBe(isOwn);

    [Theory]
    [InlineData(24, true)]
    [InlineData(23, true)]
    [InlineData(3, false)]
    public void Nor_is_a_file_that_could_not_be_opened(int errno, bool isOwn) =>
        OwnLimits.Explain(new IOException("a file of the system", errno)).ShouldBe(isOwn);

    [Fact]
    public void Nothing_that_went_wrong_is_none() => OwnLimits.Explain(null).ShouldBeFalse();
}

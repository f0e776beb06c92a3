using ImmutableBuild.Gateway.Forwarding;

namespace ImmutableBuild.Tests.Gateway;

public sealed class WebSocketFramesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(70_000)]
    public void A_frame_ends_where_its_length_says_whatever_the_reads(int payload)
    {
        foreach (var masked in new[] { false, true })
        {
            var frame = Frame(0x82, payload, masked);
            foreach (var step in new[] { 1, 3, frame.Length })
            {
                var frames = new WebSocketFrames();
                for (var at = 0; at < frame.Length; at += step)
                {
                    frames.Read(frame.AsSpan(at, Math.Min(step, frame.Length - at)));
                    frames.AtBoundary.ShouldBe(at + step >= frame.Length);
                }

                frames.Closed.ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void A_close_frame_is_seen() => Read(Frame(0x88, 2, masked: true)).Closed.ShouldBeTrue();

    [Fact]
    public void The_close_frames_it_sends_are_whole()
    {
        Read(WebSocketClose.FromServer()).ShouldSatisfyAllConditions(frames => frames.AtBoundary.ShouldBeTrue(), frames => frames.Closed.ShouldBeTrue());
        Read(WebSocketClose.FromClient()).ShouldSatisfyAllConditions(frames => frames.AtBoundary.ShouldBeTrue(), frames => frames.Closed.ShouldBeTrue());
    }

    private static WebSocketFrames Read(byte[] bytes)
    {
        var frames = new WebSocketFrames();
        frames.Read(bytes);
        return frames;
    }

    private static byte[] Frame(byte first, int payload, bool masked)
    {
        var mask = masked ? 0x80 : 0;
        byte[] length = payload switch
        {
            < 126 => [(byte)(mask | payload)],
            < 65536 => [(byte)(mask | 126), (byte)(payload >> 8), (byte)payload],
            _ => [(byte)(mask | 127), 0, 0, 0, 0, (byte)(payload >> 24), (byte)(payload >> 16), (byte)(payload >> 8), (byte)payload],
        };
        return [first, .. length, .. masked ? new byte[4] : [], .. new byte[payload]];
    }
}

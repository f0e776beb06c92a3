using System.Buffers.Binary;
using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class MultiplexedStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Output_and_errors_are_told_apart_however_the_bytes_come(int atATime)
    {
        await using var stream = Stream(atATime, [.. Piece(1, "hello "), .. Piece(2, "oh "), .. Piece(1, ""), .. Piece(1, "world"), .. Piece(2, "no")]);
        (await stream.ReadOutputToEndAsync(1000, Token)).ShouldBe(("hello world", "oh no"));
    }

    [Fact]
    public async Task With_a_terminal_all_is_output()
    {
        await using var stream = Stream(7, Encoding.UTF8.GetBytes("\u0001just\0bytes"), multiplexed: false);
        (await stream.ReadOutputToEndAsync(1000, Token)).ShouldBe(("\u0001just\0bytes", ""));
    }

    [Fact]
    public async Task A_piece_larger_than_the_reader_s_buffer_comes_in_parts()
    {
        await using var stream = Stream(100_000, [.. Piece(2, new string('e', 100)), .. Piece(1, "o")]);
        var buffer = new byte[60];
        (await stream.ReadOutputAsync(buffer, Token)).ShouldBe(new ReadResult(StreamTarget.StandardError, 60));
        (await stream.ReadOutputAsync(buffer, Token)).ShouldBe(new ReadResult(StreamTarget.StandardError, 40));
        (await stream.ReadOutputAsync(buffer, Token)).ShouldBe(new ReadResult(StreamTarget.StandardOut, 1));
        (await stream.ReadOutputAsync(buffer, Token)).EOF.ShouldBeTrue();
    }

    [Theory]
    [InlineData("0400000000000001")]
    [InlineData("0101000000000001")]
    [InlineData("0100000100000001")]
    [InlineData("01000000ffffffff")]
    [InlineData("48656c6c6f20776f")]
    public async Task What_is_no_piece_is_not_understood(string header)
    {
        await using var stream = Stream(1000, [.. Convert.FromHexString(header), (byte)'x']);
        var fault = await Should.ThrowAsync<DockerApiException>(() => stream.ReadOutputToEndAsync(1000, Token));
        fault.Kind.ShouldBe(DockerErrorKind.NotUnderstood);
        fault.Message.ShouldContain(header);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(10)]
    public async Task A_stream_that_is_cut_within_a_piece_says_so(int length)
    {
        await using var stream = Stream(1000, Piece(1, "hello")[..length]);
        (await Should.ThrowAsync<DockerApiException>(() => stream.ReadOutputToEndAsync(1000, Token))).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task The_engine_s_own_word_in_the_stream_is_a_fault()
    {
        await using var stream = Stream(1000, [.. Piece(1, "fine"), .. Piece(3, "the log was\u001b rotated away")]);
        (await Should.ThrowAsync<DockerApiException>(() => stream.ReadOutputToEndAsync(1000, Token))).Detail.ShouldBe("the log was\\u001b rotated away");
    }

    [Fact]
    public async Task More_output_than_is_wanted_is_not_kept()
    {
        await using var stream = Stream(1000, [.. Piece(1, new string('o', 600)), .. Piece(2, new string('e', 600))]);
        (await Should.ThrowAsync<DockerApiException>(() => stream.ReadOutputToEndAsync(1000, Token))).Message.ShouldContain("more than 1000 bytes");
    }

    private static byte[] Piece(byte whose, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var piece = new byte[8 + bytes.Length];
        piece[0] = whose;
        BinaryPrimitives.WriteUInt32BigEndian(piece.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(piece, 8);
        return piece;
    }

    private static MultiplexedStream Stream(int atATime, byte[] bytes, bool multiplexed = true)
    {
        var inner = new Drip(bytes, atATime);
        return new MultiplexedStream(new CallStream("read", inner, inner), multiplexed);
    }

    private sealed class Drip(byte[] bytes, int atATime) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(atATime, buffer.Length)]));
    }
}

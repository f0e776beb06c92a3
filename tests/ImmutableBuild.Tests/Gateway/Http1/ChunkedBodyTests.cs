using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Gateway.Http1;

namespace ImmutableBuild.Tests.Gateway.Http1;

/// <summary>Reading chunked bodies (RFC 9112, 7.1).</summary>
public sealed class ChunkedBodyTests
{
    [Fact]
    public void Any_body_in_any_chunks_read_in_any_pieces_is_that_body()
    {
        var chunks = Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<byte>().ArrayOf().Where(chunk => chunk.Length > 0));
        Prop.ForAll(
            chunks.ToArbitrary(),
            Gen.Choose(1, 7).ToArbitrary(),
            (body, piece) => Read(Encode(body), piece).AsSpan().SequenceEqual(body.SelectMany(chunk => chunk).ToArray()))
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("\r\n")]
    [InlineData("10000000000000000\r\n")]
    [InlineData("1x\r\n")]
    [InlineData("1\r\nab\r\n")]
    [InlineData("1\r\na\rb")]
    public void What_is_no_chunk_is_refused(string bytes) =>
        Should.Throw<MalformedResponseException>(() => Read(Encoding.Latin1.GetBytes(bytes), bytes.Length));

    [Theory]
    [InlineData("2;name=value\r\nok\r\n0\r\n")]
    [InlineData("2 \r\nok\r\n000\r\n")]
    [InlineData("2\nok\n0\n")]
    public void Extensions_padding_and_bare_line_feeds_are_passed_over(string bytes) =>
        Encoding.Latin1.GetString(Read(Encoding.Latin1.GetBytes(bytes), bytes.Length)).ShouldBe("ok");

    private static byte[] Encode(IEnumerable<byte[]> chunks) =>
    [
        .. chunks.SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:X}\r\n"), .. chunk, .. "\r\n"u8]),
        .. "0\r\n"u8,
    ];

    /// <summary>Reads as a connection does: what was not taken stays, and <paramref name="piece"/> more bytes come.</summary>
    private static byte[] Read(byte[] bytes, int piece)
    {
        var (body, chunks) = (new List<byte>(), default(ChunkedBody));
        var (start, end) = (0, 0);
        while (!chunks.IsAtTrailers && end < bytes.Length)
        {
            end = Math.Min(bytes.Length, end + piece);
            while (chunks.Take(bytes.AsSpan(start, end - start), out var data) is var taken and > 0)
            {
                body.AddRange(data);
                start += taken;
            }
        }

        return [.. body];
    }
}

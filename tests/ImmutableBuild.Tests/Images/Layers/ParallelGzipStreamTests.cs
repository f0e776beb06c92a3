using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Tests.Images.Layers;

public sealed class ParallelGzipStreamTests
{
    private const int Piece = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece - 1)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData(70 * Piece)]
    [InlineData((70 * Piece) + 7)]
    public void What_was_written_comes_back_from_one_member(int length)
    {
        var content = Content(length, 11);

        var compressed = Compress(content, 81920);

        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var back = new MemoryStream();
        gzip.CopyTo(back);
        back.GetBuffer().AsSpan(0, (int)back.Length).SequenceEqual(content).ShouldBeTrue();
        compressed[..10].ShouldBe([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], "no name, no time, no system");
        BitConverter.ToUInt32(compressed.AsSpan()[^4..]).ShouldBe((uint)length);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_how_it_was_written() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(20),
        Prop.ForAll(Gen.Choose(1, 3 * Piece).ToArbitrary(), Gen.Choose(1, 2 * Piece).ToArbitrary(), (length, write) =>
            Compress(Content(length, 5), write).AsSpan().SequenceEqual(Compress(Content(length, 5), length))));

    [Fact]
    public void Pieces_cost_next_to_nothing()
    {
        var content = Content(8 * Piece, 3);
        var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        ((double)Compress(content, Piece).Length / whole.Length).ShouldBeLessThan(1.03);
    }

    private static byte[] Compress(byte[] content, int write)
    {
        var output = new MemoryStream();
        using var gzip = new ParallelGzipStream(output, CompressionLevel.Optimal);
        for (var i = 0; i < content.Length; i += write)
        {
            gzip.Write(content.AsSpan(i, Math.Min(write, content.Length - i)));
        }

        gzip.End();
        return output.ToArray();
    }

    // Words of a small language, so that there is something to compress.
    private static byte[] Content(int length, int seed)
    {
        var random = new Random(seed);
        var words = Enumerable.Range(0, 4096).Select(_ => System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26)))) + " ")).ToArray();
        var content = new byte[length];
        for (var i = 0; i < length;)
        {
            var word = words[(int)(words.Length * random.NextDouble() * random.NextDouble())];
            var count = Math.Min(word.Length, length - i);
            word.AsSpan(0, count).CopyTo(content.AsSpan(i));
            i += count;
        }

        return content;
    }
}

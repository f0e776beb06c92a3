namespace ImmutableBuild.Registries;

/// <summary>Goes on in the middle of content that can only be read from its beginning.</summary>
internal static class SkippingStream
{
    /// <summary>Leaves out the first <paramref name="count"/> bytes; throws where there are fewer.</summary>
    public static async Task SkipAsync(this Stream stream, long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(count, 64 * 1024)];
        while (count > 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken);
            count = read > 0 ? count - read : throw new EndOfStreamException();
        }
    }
}

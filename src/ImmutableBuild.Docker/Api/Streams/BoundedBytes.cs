namespace ImmutableBuild.Docker.Api.Streams;

/// <summary>Reads a body up to a bound, whatever its head says of its length.</summary>
internal static class BoundedBytes
{
    /// <summary>The body, or its first <paramref name="maximum"/> bytes.</summary>
    public static async Task<byte[]> ReadAsync(Stream body, int maximum, CancellationToken cancellationToken)
    {
        var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (read.Length < maximum && await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, maximum - read.Length)), cancellationToken) is var count and > 0)
        {
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }
}

namespace ImmutableBuild.Images.Archives;

/// <summary>A piece of an archive, opened when it is its turn to be read.</summary>
internal sealed record ArchivePart(Func<CancellationToken, Task<Stream>> OpenAsync)
{
    /// <summary>Bytes that are there already.</summary>
    public static ArchivePart Of(ReadOnlyMemory<byte> bytes) => new(_ => Task.FromResult<Stream>(new MemoryStream(bytes.ToArray(), writable: false)));
}

namespace ImmutableBuild.Docker.Builds;

/// <summary>One entry of a build context.</summary>
/// <param name="Name">Its path within the context, '/' between parts.</param>
/// <param name="Source">The file on this machine; null for directories and links, and for what has its content in <paramref name="Content"/>.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="Executable">Whether its owner may execute it.</param>
/// <param name="LinkTarget">What a symbolic link says; null for others.</param>
/// <param name="Content">The content of a file that is on no disk.</param>
internal sealed record ContextEntry(string Name, string? Source = null, long Size = 0, bool Executable = false, string? LinkTarget = null, byte[]? Content = null)
{
    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Source is null && LinkTarget is null && Content is null;
}

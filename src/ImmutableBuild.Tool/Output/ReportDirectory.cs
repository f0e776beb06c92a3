namespace ImmutableBuild.Tool.Output;

/// <summary>Where a scan's files go: the directory that the user names, or one that is gone afterwards.</summary>
internal sealed class ReportDirectory : IDisposable
{
    private readonly bool _isScratch;

    public ReportDirectory(string? named)
    {
        _isScratch = named is null;
        Path = named is null ? Directory.CreateTempSubdirectory("immutable-scan-").FullName : Directory.CreateDirectory(System.IO.Path.GetFullPath(named)).FullName;
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    public void Dispose()
    {
        if (_isScratch)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}

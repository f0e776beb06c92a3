using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>A document of a feed.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Fetched">When they were fetched.</param>
internal sealed record FeedDocument(byte[] Content, DateTimeOffset Fetched);

/// <summary>
/// What was fetched, under the data directory (<c>cache/advisories</c>). What is fresh is not asked for again, so that a release needs no network;
/// what is not is used all the same where the feed can't be reached, and its age tells.
/// </summary>
/// <param name="dataDirectory">The data directory.</param>
/// <param name="freshFor">How long a document is fresh.</param>
/// <param name="time">The clock.</param>
internal sealed class FeedCache(string dataDirectory, TimeSpan freshFor, TimeProvider time)
{
    /// <summary>The document of a URL; throws <see cref="FeedFaultException"/> when it is not there and can't be fetched.</summary>
    public async Task<FeedDocument> GetAsync(Uri url, int maxBytes, FeedClient client, CancellationToken cancellationToken)
    {
        var file = FileOf(url);
        if (IsFresh(file))
        {
            return Read(file);
        }

        try
        {
            var content = await client.GetAsync(url, maxBytes, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, content);
            File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime);
            return new FeedDocument(content, time.GetUtcNow());
        }
        catch (FeedFaultException) when (File.Exists(file))
        {
            return Read(file);
        }
    }

    /// <summary>Changes when the document does; null where it would be asked for again.</summary>
    public Digest? Stamp(Uri url)
    {
        var file = FileOf(url);
        return IsFresh(file) ? Digest.Of(Encoding.UTF8.GetBytes($"{url}\n{new FileInfo(file).Length}\n{File.GetLastWriteTimeUtc(file).Ticks}")) : null;
    }

    // A file with a time in the future was written under another clock, and is not taken for fresh.
    private bool IsFresh(string file) => File.Exists(file) && time.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(file)) is var age && age < freshFor && age > -TimeSpan.FromMinutes(5);

    private static FeedDocument Read(string file) => new(File.ReadAllBytes(file), new DateTimeOffset(File.GetLastWriteTimeUtc(file)));

    private string FileOf(Uri url) => Path.Combine(dataDirectory, "cache", "advisories", Digest.Of(Encoding.UTF8.GetBytes(url.AbsoluteUri)).Hex[..32]);
}

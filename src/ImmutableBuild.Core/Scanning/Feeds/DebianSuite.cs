using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.OtherPrograms;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>
/// A Debian security suite, by its <c>Packages</c> index: a package of it that is newer than the installed one is a security update that is out and not
/// installed. It names no vulnerability and knows none without a fix; what it says can be mended today.
/// </summary>
/// <param name="place">The index: a file, or its URL.</param>
/// <param name="cache">Keeps what was fetched.</param>
/// <param name="readVariable">Reads the PATH, where <c>xz</c> is looked for.</param>
/// <param name="release">Verifies what the suite has signed; null where no keyring is named.</param>
internal sealed partial class DebianSuite(string place, FeedCache cache, Func<string, string?> readVariable, SuiteRelease? release = null)
{
    private const int MaximumIndex = 64 * 1024 * 1024;
    private const int MaximumText = 512 * 1024 * 1024;

    private static readonly ImmutableDictionary<string, string> s_releases = new Dictionary<string, string> { ["bullseye"] = "11", ["bookworm"] = "12", ["trixie"] = "13", ["forky"] = "14", ["duke"] = "15" }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The suite as a source.</summary>
    public IVulnerabilitySource ToSource() => new FeedAdvisories($"Debian suite {SuiteName()}{(release is null ? "" : ", signed")}", Stamp, ReadAsync);

    private string SuiteName() => CodeName().Match(place) is { Success: true } found ? $"{found.Value}-security" : Path.GetFileName(place);

    private Digest? Stamp() => UrlOf() is { } url ? cache.Stamp(url)
        : new FileInfo(place) is { Exists: true } file ? Digest.Of(Encoding.UTF8.GetBytes($"{file.Length}\n{file.LastWriteTimeUtc.Ticks}"))
        : null;

    private Uri? UrlOf() => Uri.TryCreate(place, UriKind.Absolute, out var url) && !url.IsFile ? url : null;

    private async Task<AdvisorySet> ReadAsync(CancellationToken cancellationToken)
    {
        var codeName = CodeName().Match(place).Value;
        var ecosystem = s_releases.TryGetValue(codeName, out var number)
            ? $"Debian:{number}"
            : throw new FeedFaultException($"'{PrintableText.Of(place)}' does not say of which release of Debian it is ({string.Join(", ", s_releases.Keys.Order(StringComparer.Ordinal))})");
        using var client = new FeedClient();
        var document = UrlOf() is { } url ? await cache.GetAsync(url, MaximumIndex, client, cancellationToken) : await ReadFileAsync(cancellationToken);
        if (release is not null)
        {
            await release.RequireAsync(place, document.Content, codeName, cancellationToken);
        }

        var text = Encoding.UTF8.GetString(await UnpackAsync(document.Content, cancellationToken));
        var advisories = Read(text, ecosystem, place);
        return advisories.IsEmpty
            ? throw new FeedFaultException("its index lists no packages")
            : new AdvisorySet(advisories, Digest.Of(document.Content)) { Fetched = document.Fetched, Ecosystem = ecosystem };
    }

    /// <summary>Reads an index: of each source package, the newest version in it.</summary>
    internal static ImmutableArray<Advisory> Read(string text, string ecosystem, string where) =>
    [
        .. Paragraphs.Of(text)
            .Where(fields => fields.ContainsKey("Package") && fields.ContainsKey("Version"))
            .Select(SourceOf)
            .Where(source => VersionOrder.Dpkg.IsVersion(source.Version))
            .GroupBy(source => source.Name, source => source.Version, StringComparer.Ordinal)
            .Select(source => ToAdvisory(source.Key, source.Max(Comparer<string>.Create(VersionOrder.Dpkg.Compare))!, ecosystem, where)),
    ];

    private static Advisory ToAdvisory(string source, string version, string ecosystem, string where) => new()
    {
        Id = $"debian-security:{source}@{version}",
        Summary = $"A security update of {source} is out and not installed.",
        Affected = [new AffectedPackage(ecosystem, source, [[new RangeEvent(RangeEventKind.Introduced, "0"), new RangeEvent(RangeEventKind.Fixed, version)]], [])],
        File = where,
    };

    // "Source: name", or "name (version)" where the source has another version than the package.
    private static (string Name, string Version) SourceOf(IReadOnlyDictionary<string, string> fields)
    {
        var parts = fields.GetValueOrDefault("Source", fields["Package"]).Split(' ', 2, StringSplitOptions.TrimEntries);
        return (parts[0], parts.Length > 1 ? parts[1].Trim('(', ')') : fields["Version"]);
    }

    private async Task<FeedDocument> ReadFileAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(place) is { Exists: true, Length: > MaximumIndex } large
                ? throw new FeedFaultException($"{place} has {large.Length} bytes; at most {MaximumIndex} are read")
                : new FeedDocument(await File.ReadAllBytesAsync(place, cancellationToken), new DateTimeOffset(File.GetLastWriteTimeUtc(place)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FeedFaultException(fault.Message, fault);
        }
    }

    private async Task<byte[]> UnpackAsync(byte[] content, CancellationToken cancellationToken) => content switch
    {
        [0x1F, 0x8B, ..] => Gunzip(content),
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => await UnxzAsync(content, cancellationToken),
        _ => content,
    };

    private static byte[] Gunzip(byte[] content)
    {
        using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            for (var count = gzip.Read(buffer); count > 0; count = gzip.Read(buffer))
            {
                text.Write(buffer, 0, text.Length + count <= MaximumText ? count : throw new FeedFaultException($"its index unpacks to more than {MaximumText} bytes"));
            }
        }
        catch (InvalidDataException fault)
        {
            throw new FeedFaultException($"its index is damaged: {fault.Message}", fault);
        }

        // .NET takes a gzip stream that ends early for complete, and half an index knows half the updates: so the length is checked (RFC 1952, ISIZE).
        return content.Length >= 18 && BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(^4..)) == (uint)text.Length
            ? text.ToArray()
            : throw new FeedFaultException("its index is damaged: it is not all there");
    }

    // .NET can't unpack xz, and Debian's mirrors have no other form; every Debian has the program.
    private async Task<byte[]> UnxzAsync(byte[] content, CancellationToken cancellationToken)
    {
        var program = OtherProgram.Find("xz", readVariable) ?? throw new FeedFaultException("its index is packed with xz, which is not on the PATH; give it the index unpacked, or install xz");
        var directory = Directory.CreateTempSubdirectory("immutable-xz-").FullName;
        try
        {
            var file = Path.Combine(directory, "Packages.xz");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            var run = await ProgramRun.RunAsync(program, ["--decompress", "--stdout", "--memlimit-decompress=256MiB", file], [], directory, cancellationToken);
            return run.Fault is null ? run.Output : throw new FeedFaultException($"xz could not unpack its index: {run.Fault}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex("bullseye|bookworm|trixie|forky|duke")]
    private static partial Regex CodeName();
}

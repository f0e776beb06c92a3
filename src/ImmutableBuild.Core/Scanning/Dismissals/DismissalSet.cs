using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>All that keeps findings from counting: the ignore file and the VEX documents.</summary>
internal sealed class DismissalSet
{
    private const int MaximumFileLength = 16 * 1024 * 1024;

    private readonly ImmutableArray<Dismissal> _all;
    private readonly DateOnly _today;

    private DismissalSet(ImmutableArray<Dismissal> all, Digest inputs, DateOnly today) => (_all, Inputs, _today) = (all, inputs, today);

    /// <summary>None.</summary>
    public static DismissalSet Empty { get; } = new([], Digest.Of(""u8), default);

    /// <summary>Changes with the files, and with the day on which an entry expires.</summary>
    public Digest Inputs { get; }

    /// <summary>Reads the files. Throws IMB3010 and IMB3013 for what they should not hold.</summary>
    public static async Task<DismissalSet> ReadAsync(ScanOptions options, DateOnly today, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<Dismissal>();
        var inputs = new StringBuilder();
        foreach (var (file, isVex) in options.VexFiles.Select(file => (file, true)).Concat(options.IgnoreFile is { } ignore ? [(ignore, false)] : []))
        {
            var content = await ReadFileAsync(file, isVex, cancellationToken);
            inputs.Append(file).Append('\n').Append(Digest.Of(content)).Append('\n');
            all.AddRange(isVex ? OpenVex.Read(content, file) : IgnoreFile.Read(content, file, today));
        }

        foreach (var dismissal in all)
        {
            inputs.Append(dismissal.IsExpired(today) ? '0' : '1');
        }

        return new DismissalSet(all.DrainToImmutable(), Digest.Of(Encoding.UTF8.GetBytes(inputs.ToString())), today);
    }

    /// <summary>Takes out of a scan's findings what does not count. What only an expired entry covers counts, and is noted.</summary>
    /// <param name="findings">What was found.</param>
    /// <param name="images">The digests by which the image is known.</param>
    public (ImmutableArray<Finding> Open, ImmutableArray<DismissedFinding> Dismissed, ImmutableArray<DismissedFinding> Expired) Apply(ImmutableArray<Finding> findings, params ImmutableArray<Digest> images)
    {
        var open = ImmutableArray.CreateBuilder<Finding>();
        var dismissed = ImmutableArray.CreateBuilder<DismissedFinding>();
        var expired = ImmutableArray.CreateBuilder<DismissedFinding>();
        var names = images.Select(image => image.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            var covering = _all.Where(dismissal => (dismissal.Images.IsEmpty || dismissal.Images.Any(names.Contains)) && dismissal.Covers(finding)).OrderBy(dismissal => dismissal.IsExpired(_today)).FirstOrDefault();
            var isExpired = covering?.IsExpired(_today) ?? false;
            if (covering is not null)
            {
                (isExpired ? expired : dismissed).Add(new DismissedFinding(finding, covering));
            }

            if (covering is null || isExpired)
            {
                open.Add(finding);
            }
        }

        return (open.DrainToImmutable(), dismissed.DrainToImmutable(), expired.DrainToImmutable());
    }

    /// <summary>Entries of the ignore file that covered nothing, so that nobody needs them any more. Statements of VEX documents are not among them: a document speaks of many images.</summary>
    public IEnumerable<Dismissal> Unused(IEnumerable<Dismissal> used)
    {
        var all = used.ToHashSet(ReferenceEqualityComparer.Instance);
        return _all.Where(dismissal => dismissal.Expires is not null && !all.Contains(dismissal));
    }

    private static async Task<byte[]> ReadFileAsync(string file, bool isVex, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > MaximumFileLength } large
                ? throw Refuse($"it is {large.Length} bytes long; at most {MaximumFileLength} are read", null)
                : await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refuse(fault.Message, fault);
        }

        ImmutableBuildException Refuse(string why, Exception? fault) => isVex ? ScanErrors.VexInvalid(file, why, fault) : ScanErrors.IgnoreFileInvalid(file, why, fault);
    }
}

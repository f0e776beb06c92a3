using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.OtherPrograms;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>
/// A Debian suite's signed list of its indexes, <c>InRelease</c>, as <c>gpgv</c> verifies it against a keyring (apt-secure(8)): an index counts when that list has its
/// hash, is of the release that is meant, and has not ended.
/// </summary>
/// <param name="keyring">The keys that have to have signed it, all of them.</param>
/// <param name="cache">Keeps what was fetched.</param>
/// <param name="readVariable">Reads the PATH, where <c>gpgv</c> is looked for.</param>
/// <param name="time">The clock.</param>
internal sealed partial class SuiteRelease(string keyring, FeedCache cache, Func<string, string?> readVariable, TimeProvider time)
{
    private const int MaximumRelease = 8 * 1024 * 1024;

    /// <summary>Throws IMB3023 for an index that the suite's signature does not speak of, <see cref="FeedFaultException"/> where nothing can be told.</summary>
    /// <param name="place">Where the index is: a file, or its URL.</param>
    /// <param name="index">Its bytes.</param>
    /// <param name="codeName">The release it has to be of, <c>bookworm</c>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RequireAsync(string place, byte[] index, string codeName, CancellationToken cancellationToken)
    {
        var (release, name) = Locate(place);
        var signed = await VerifyAsync(place, await ReadAsync(release, cancellationToken), cancellationToken);
        if (FindFault(signed, codeName) is { } fault)
        {
            throw FeedErrors.SuiteRefused(place, fault);
        }

        if (Field(signed, "Valid-Until") is { } until && (!DateTimeOffset.TryParseExact(until.Replace("UTC", "GMT", StringComparison.Ordinal), "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) || end < time.GetUtcNow()))
        {
            throw new FeedFaultException($"the suite's InRelease was valid until {PrintableText.Of(until)}, and is not any more");
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(index));
        var listed = HashesOf(signed).Where(entry => entry.Name == name).Select(entry => entry.Hash).ToArray();
        if (listed.Length == 0 || listed.Any(other => other != hash))
        {
            throw FeedErrors.SuiteRefused(place, listed.Length == 0 ? $"the suite's InRelease does not list {name}" : $"its SHA-256 is {hash}, and the suite's InRelease says {listed[0]}");
        }
    }

    // …/dists/<suite>/<index> on a mirror; apt keeps both in one directory, with '_' for '/'.
    private static (string Release, string Index) Locate(string place) =>
        Mirror().Match(place) is { Success: true } mirror ? (mirror.Groups["suite"].Value + "InRelease", mirror.Groups["index"].Value)
        : AptList().Match(place) is { Success: true } list ? (list.Groups["suite"].Value + "InRelease", list.Groups["index"].Value.Replace('_', '/'))
        : throw new FeedFaultException($"'{PrintableText.Of(place)}' does not say where the suite's InRelease is (…/dists/<suite>/…, or a file of apt's lists), which ImmutableDebianKeyring needs");

    private async Task<byte[]> ReadAsync(string release, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(release, UriKind.Absolute, out var url) && !url.IsFile)
        {
            using var client = new FeedClient();
            return (await cache.GetAsync(url, MaximumRelease, client, cancellationToken)).Content;
        }

        try
        {
            return new FileInfo(release) is { Exists: true, Length: > MaximumRelease } large
                ? throw new FeedFaultException($"{release} has {large.Length} bytes; at most {MaximumRelease} are read")
                : await File.ReadAllBytesAsync(release, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FeedFaultException(fault.Message, fault);
        }
    }

    // Only what gpgv writes to its output is signed: the file may hold more before and after. It writes it for a bad signature too, so the exit code decides.
    private async Task<string> VerifyAsync(string place, byte[] release, CancellationToken cancellationToken)
    {
        var program = OtherProgram.Find("gpgv", readVariable) ?? throw new FeedFaultException("its signature is to be verified, and gpgv is not on the PATH");
        var directory = Directory.CreateTempSubdirectory("immutable-gpgv-").FullName;
        try
        {
            var (file, output) = (Path.Combine(directory, "InRelease"), Path.Combine(directory, "signed"));
            await File.WriteAllBytesAsync(file, release, cancellationToken);
            var run = await ProgramRun.RunAsync(program, ["--homedir", directory, "--keyring", keyring, "--output", output, file], [], directory, cancellationToken);
            return run.Fault is { } fault ? throw FeedErrors.SuiteRefused(place, $"gpgv does not accept the suite's InRelease by the keyring {keyring}: {fault}")
                : File.Exists(output) ? Encoding.UTF8.GetString(await File.ReadAllBytesAsync(output, cancellationToken))
                : throw FeedErrors.SuiteRefused(place, "gpgv found nothing signed in the suite's InRelease");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string? FindFault(string signed, string codeName) =>
        Field(signed, "Codename") is not { } found ? "the suite's InRelease names no release"
        : found != codeName && !found.StartsWith($"{codeName}-", StringComparison.Ordinal) ? $"the suite's InRelease is of '{found}', not of {codeName}"
        : null;

    private static string? Field(string signed, string name) =>
        signed.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    private static IEnumerable<(string Hash, string Name)> HashesOf(string signed) => signed.Split('\n')
        .SkipWhile(line => line.TrimEnd() != "SHA256:").Skip(1)
        .TakeWhile(line => line.StartsWith(' '))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Where(parts => parts.Length == 3)
        .Select(parts => (parts[0], parts[2]));

    [GeneratedRegex("^(?<suite>.*/dists/[^/]+/)(?<index>[^/].*)$", RegexOptions.Singleline)]
    private static partial Regex Mirror();

    [GeneratedRegex("^(?<suite>.*_dists_[^/_]+_)(?<index>[^/]+)$", RegexOptions.Singleline)]
    private static partial Regex AptList();
}

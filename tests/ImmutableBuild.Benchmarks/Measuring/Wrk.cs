using System.Globalization;
using System.Text.RegularExpressions;

namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>One run of wrk.</summary>
/// <param name="Requests">Answered requests.</param>
/// <param name="RequestsPerSecond">Answered requests in a second.</param>
/// <param name="P50">Half of the answers took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="Errors">Answers that were not 2xx or 3xx, and connections that broke.</param>
internal sealed record WrkResult(long Requests, double RequestsPerSecond, TimeSpan P50, TimeSpan P99, long Errors);

/// <summary>Drives a subject with wrk (closed loop: each connection sends its next request when the answer is there).</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> RunAsync(Uri address, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        var output = await Programs.RunAsync(
            Programs.Find("wrk", "wrk"),
            ["-t1", $"-c{connections}", $"-d{duration.TotalSeconds:0}s", "--latency", address.AbsoluteUri],
            cancellationToken);
        return Parse(output);
    }

    /// <summary>Reads what wrk 4 prints.</summary>
    internal static WrkResult Parse(string output)
    {
        var errors = SocketErrors().Match(output) is { Success: true } broken
            ? Enumerable.Range(1, 4).Sum(group => long.Parse(broken.Groups[group].Value, CultureInfo.InvariantCulture))
            : 0;
        errors += BadStatus().Match(output) is { Success: true } bad ? long.Parse(bad.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        return new WrkResult(
            long.Parse(Requests().Match(output).Groups["count"].Value, CultureInfo.InvariantCulture),
            double.Parse(Rate().Match(output).Groups["rate"].Value, CultureInfo.InvariantCulture),
            Latency(output, "50%"),
            Latency(output, "99%"),
            errors);
    }

    private static TimeSpan Latency(string output, string quantile)
    {
        var match = Regex.Match(output, $@"^\s+{quantile}\s+([\d.]+)(us|ms|s|m)\s*$", RegexOptions.Multiline, TimeSpan.FromSeconds(1));
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" => TimeSpan.FromMicroseconds(value),
            "ms" => TimeSpan.FromMilliseconds(value),
            "s" => TimeSpan.FromSeconds(value),
            _ => TimeSpan.FromMinutes(value),
        };
    }

    [GeneratedRegex(@"^Requests/sec:\s+(?<rate>[\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^\s+(?<count>\d+) requests in", RegexOptions.Multiline)]
    private static partial Regex Requests();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex BadStatus();
}

using System.Globalization;

namespace ImmutableBuild.Reports;

/// <summary>Quantities as people read them. One form everywhere: reports, the tool and the build log.</summary>
public static class Units
{
    /// <summary>A size with a decimal prefix: <c>512 B</c>, <c>48.2 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => Invariant($"{bytes} B"),
        < 1_000_000 => Invariant($"{bytes / 1e3:0.0} kB"),
        < 1_000_000_000 => Invariant($"{bytes / 1e6:0.0} MB"),
        _ => Invariant($"{bytes / 1e9:0.00} GB"),
    };

    /// <summary>A duration: <c>0.42 ms</c>, <c>38 ms</c>, <c>1.2 s</c>, <c>2 min 05 s</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalMilliseconds: < 10 } => Invariant($"{duration.TotalMilliseconds:0.##} ms"),
        { TotalMilliseconds: < 999.5 } => Invariant($"{duration.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 59.95 } => Invariant($"{duration.TotalSeconds:0.0} s"),
        _ => Invariant($"{(int)Math.Round(duration.TotalSeconds) / 60} min {(int)Math.Round(duration.TotalSeconds) % 60:00} s"),
    };

    /// <summary>How old something is, roughly: <c>42 s</c>, <c>5 min</c>, <c>3 h</c>, <c>12 d</c>.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => Invariant($"{Math.Max(0, (int)age.TotalSeconds)} s"),
        { TotalHours: < 1 } => Invariant($"{(int)age.TotalMinutes} min"),
        { TotalDays: < 2 } => Invariant($"{(int)age.TotalHours} h"),
        _ => Invariant($"{(int)age.TotalDays} d"),
    };

    /// <summary>A count: <c>12,345</c>.</summary>
    public static string Number(long count) => Invariant($"{count:#,0}");

    /// <summary>A count with its noun: <c>1 layer</c>, <c>5 layers</c>, <c>12,345 requests</c>.</summary>
    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A count that may not have been taken: <c>12,345</c>, or <c>not counted</c>.</summary>
    public static string Counted(long? count) => count is { } known ? Number(known) : "not counted";

    /// <summary>What a change of the route cost: <c>0 requests lost</c>, or <c>lost requests not counted</c>.</summary>
    public static string RequestsLost(long? requests) => requests is { } known ? $"{Count(known, "request")} lost" : "lost requests not counted";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

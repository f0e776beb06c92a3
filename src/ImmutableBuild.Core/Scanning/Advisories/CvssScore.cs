namespace ImmutableBuild.Scanning.Advisories;

/// <summary>The base score of a CVSS 3.0 or 3.1 vector (FIRST, CVSS v3.1 specification, section 7.1).</summary>
internal static class CvssScore
{
    /// <summary>The score, 0.0 to 10.0; null when the text is no complete CVSS 3 vector.</summary>
    public static double? Of(string vector)
    {
        if (!vector.StartsWith("CVSS:3.", StringComparison.Ordinal) || vector.Length > 200)
        {
            return null;
        }

        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var metric in vector.Split('/').Skip(1))
        {
            var colon = metric.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !metrics.TryAdd(metric[..colon], metric[(colon + 1)..]))
            {
                return null;
            }
        }

        return Score(name => metrics.GetValueOrDefault(name));
    }

    /// <summary>The severity rating of a score (section 5).</summary>
    public static FindingSeverity Rate(double score) => score switch
    {
        >= 9.0 => FindingSeverity.Critical,
        >= 7.0 => FindingSeverity.High,
        >= 4.0 => FindingSeverity.Medium,
        _ => FindingSeverity.Low,
    };

    private static double? Score(Func<string, string?> metric)
    {
        var changed = metric("S") == "C";
        double? vector = metric("AV") switch { "N" => 0.85, "A" => 0.62, "L" => 0.55, "P" => 0.2, _ => null };
        double? complexity = metric("AC") switch { "L" => 0.77, "H" => 0.44, _ => null };
        double? privileges = metric("PR") switch { "N" => 0.85, "L" => changed ? 0.68 : 0.62, "H" => changed ? 0.5 : 0.27, _ => null };
        double? interaction = metric("UI") switch { "N" => 0.85, "R" => 0.62, _ => null };
        double?[] all = [vector, complexity, privileges, interaction, Impact(metric("C")), Impact(metric("I")), Impact(metric("A"))];
        return metric("S") is "C" or "U" && all.All(weight => weight is not null) ? Score([.. all.Select(weight => weight!.Value)], changed) : null;
    }

    private static double Score(ReadOnlySpan<double> weights, bool changed)
    {
        var impactBase = 1 - ((1 - weights[4]) * (1 - weights[5]) * (1 - weights[6]));
        var impact = changed ? (7.52 * (impactBase - 0.029)) - (3.25 * Math.Pow(impactBase - 0.02, 15)) : 6.42 * impactBase;
        var exploitability = 8.22 * weights[0] * weights[1] * weights[2] * weights[3];
        return impact <= 0 ? 0 : RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10));
    }

    private static double? Impact(string? metric) => metric switch { "H" => 0.56, "L" => 0.22, "N" => 0, _ => null };

    // Section 7, Appendix A: rounding that does not depend on the machine's floating point.
    private static double RoundUp(double value)
    {
        var scaled = (long)Math.Round(value * 100_000, MidpointRounding.AwayFromZero);
        return scaled % 10_000 == 0 ? scaled / 100_000.0 : ((scaled / 10_000) + 1) / 10.0;
    }
}

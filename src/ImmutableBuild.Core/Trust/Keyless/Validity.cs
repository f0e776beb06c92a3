using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>When a key or an authority of a trusted root counts.</summary>
/// <param name="Start">From then on; null for always.</param>
/// <param name="End">Until then; null for ever.</param>
internal sealed record Validity(DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>Whether it counts at <paramref name="time"/>.</summary>
    public bool Has(DateTimeOffset time) => (Start is null || time >= Start) && (End is null || time <= End);

    /// <summary>Reads <c>validFor</c>. Throws <see cref="FormatException"/>.</summary>
    public static Validity Read(JsonElement element) => new(Time(element.TextOf("start")), Time(element.TextOf("end")));

    private static DateTimeOffset? Time(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FormatException("a time is none");
}

using System.Text.Json;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Reads JSON of others member by member: what is absent or null is none, what is of another kind is a <see cref="FormatException"/>.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads a document with <paramref name="read"/>; throws what <paramref name="refuse"/> makes of whatever it could not understand.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read, Func<string, Exception, Exception> refuse)
    {
        try
        {
            // RFC 8259, section 8.1: a reader may pass over a byte order mark.
            using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json, Options);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException)
        {
            throw refuse(fault.Message, fault);
        }
    }

    /// <summary>A text that has to be there.</summary>
    public static string RequiredText(this JsonElement holder, string name) =>
        holder.Text(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw new FormatException($"the member '{name}' is missing");

    /// <summary>A text; null for none.</summary>
    public static string? Text(this JsonElement holder, string name) => holder.Find(name, JsonValueKind.String)?.GetString();

    /// <summary>The texts of an array; empty for none.</summary>
    public static IEnumerable<string> Texts(this JsonElement holder, string name) =>
        holder.Items(name).Select(item => item.GetString() ?? throw new FormatException($"'{name}' holds a null"));

    /// <summary>The items of an array; empty for none.</summary>
    public static JsonElement[] Items(this JsonElement holder, string name) => holder.Find(name, JsonValueKind.Array) is { } array ? [.. array.EnumerateArray()] : [];

    /// <summary>A member of one kind; null for none.</summary>
    public static JsonElement? Find(this JsonElement holder, string name, JsonValueKind kind)
    {
        if (holder.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"an object with '{name}' was expected, found {holder.ValueKind}");
        }

        if (!holder.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == kind ? value : throw new FormatException($"'{name}' is {value.ValueKind}, expected {kind}");
    }

    /// <summary>Refuses members of other names: a misspelt one would go unseen.</summary>
    public static void AllowOnly(this JsonElement holder, params ReadOnlySpan<string> names)
    {
        if (holder.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"an object was expected, found {holder.ValueKind}");
        }

        foreach (var member in holder.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new FormatException($"the member '{member.Name}' is not known; there are {string.Join(", ", names)}");
            }
        }
    }
}

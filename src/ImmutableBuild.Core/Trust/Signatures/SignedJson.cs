using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>JSON that is signed, or that carries a signature: two readers must not take one document for two things.</summary>
internal static class SignedJson
{
    private const int MaximumDepth = 64;

    private static readonly JsonWriterOptions AsGoWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth };

    /// <summary>The compact bytes of what <paramref name="write"/> writes.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, AsGoWrites))
        {
            write(json);
        }

        return buffer.ToArray();
    }

    /// <summary>
    /// Reads one object with nothing around it and no member twice, and gives what <paramref name="read"/> makes of it. Throws
    /// <see cref="FormatException"/> for anything else, and where a member that <paramref name="read"/> asks for is missing or of another kind.
    /// </summary>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, string what, Func<JsonElement, T> read)
    {
        if (bytes.Span is not [(byte)'{', .., (byte)'}'])
        {
            throw new FormatException($"{what} has something around its JSON object");
        }

        // System.Text.Json would not say so before a text is asked for (RFC 8259, section 8.1).
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new FormatException($"{what} is not in UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"{what} is malformed: {fault.Message}", fault);
        }
    }

    /// <summary>Throws <see cref="FormatException"/> when an object has a member of another name, another case among them.</summary>
    public static void RequireOnly(this JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new FormatException($"{what} has the member '{PrintableText.Of(member.Name)}', which is not expected there");
            }
        }
    }

    /// <summary>A member that is text; null where there is none, or something else, such as half of a surrogate pair.</summary>
    public static string? TextOf(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The member at the end of a path of names; an undefined element where one is missing.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    /// <summary>The bytes of base64, standard or for URLs (DSSE, "Protocol"), in the one canonical spelling. Throws <see cref="FormatException"/>.</summary>
    public static byte[] Base64(string? text, string what)
    {
        var standard = (text ?? "").Replace('-', '+').Replace('_', '/');
        var bytes = new byte[standard.Length];
        return standard.Length > 0 && Convert.TryFromBase64String(standard, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == standard
            ? bytes[..length]
            : throw new FormatException($"{what} is no canonical base64");
    }
}

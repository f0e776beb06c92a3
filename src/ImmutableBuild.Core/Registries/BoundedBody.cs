using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>Reads reply bodies up to a bound, whatever their length header says (R5).</summary>
internal static class BoundedBody
{
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    /// <summary>Reads a body whole; throws IMB5006 when it is longer than <paramref name="maxBytes"/>, IMB5002 when it is cut or takes too long.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(Deadline);
        try
        {
            return await ReadWholeAsync(response, maxBytes, bounded.Token);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw RegistryErrors.Unreachable(response.RequestMessage!.Method, response.RequestMessage.RequestUri!, fault);
        }
    }

    private static async Task<byte[]> ReadWholeAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var content = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (content.Length + count > maxBytes)
            {
                throw RegistryErrors.RegistryLies(response, $"at most {maxBytes} bytes", "more");
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    /// <summary>The first error a registry reports in its reply (distribution-spec, "Error Codes"), fit to be printed; empty where there is none.</summary>
    public static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return First(await ReadAsync(response, MaxErrorBytes, cancellationToken)) is { } error ? Printable($"{error.Code}: {error.Message}") : "";
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException or ImmutableBuildException)
        {
            // The caller reports the status; a body that can't be read adds nothing to it.
            return "";
        }
    }

    /// <summary>The code of that error; null where there is none. The body can be read again afterwards.</summary>
    public static async Task<string?> PeekErrorCodeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await ReadAsync(response, MaxErrorBytes, cancellationToken);
            response.Content = new ByteArrayContent(body);
            return First(body)?.Code;
        }
        catch (Exception fault) when (fault is JsonException or ImmutableBuildException)
        {
            return null;
        }
    }

    private static RegistryErrorItem? First(byte[] body) => JsonSerializer.Deserialize(body, TokenJson.Default.RegistryErrorReply)?.Errors is [{ } first, ..] ? first : null;

    // A registry's text reaches a terminal: no escape codes, and a bounded length (L14).
    private static string Printable(string text) =>
        string.Concat(text.Take(300).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '?' : c));
}

/// <summary>A registry's error reply.</summary>
internal sealed record RegistryErrorReply([property: JsonPropertyName("errors")] RegistryErrorItem?[]? Errors);

/// <summary>One error of a registry's reply.</summary>
internal sealed record RegistryErrorItem([property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] string? Message);

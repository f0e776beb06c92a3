using System.Text;
using System.Text.Json;
using ImmutableBuild.Images;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Registries;

/// <summary>The referrers API.</summary>
internal sealed partial class TestRegistry
{
    /// <summary>Lists referrers, this many on a page (distribution-spec, "Listing Referrers"); null for a registry without the API.</summary>
    public int? ReferrersPage { get; set; }

    /// <summary>What the Link of a page of referrers leads to, given the honest place.</summary>
    public Func<string, string> NextPage { get; set; } = static honest => honest;

    private async Task ReferrersAsync(HttpContext context, string repository, string subject)
    {
        if (ReferrersPage is not { } size)
        {
            await Error(context, 404, "NOT_FOUND");
            return;
        }

        var all = _manifests.Where(manifest => manifest.Key == $"{repository}/{Digest.Of(manifest.Value.Bytes)}" && SubjectOf(manifest.Value.Bytes) == subject).OrderBy(manifest => manifest.Key, StringComparer.Ordinal).ToArray();
        var from = int.Parse("0" + context.Request.Query["from"], System.Globalization.CultureInfo.InvariantCulture);
        var page = all.Skip(from).Take(size).Select(manifest => $$"""{"mediaType":"{{manifest.Value.MediaType}}","digest":"{{Digest.Of(manifest.Value.Bytes)}}","size":{{manifest.Value.Bytes.Length}}}""");
        if (from + size < all.Length)
        {
            context.Response.Headers.Link = $"<{NextPage($"/v2/{repository}/referrers/{subject}?from={from + size}")}>; rel=\"next\"";
        }

        context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
        var index = $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{string.Join(',', page)}}]}""";
        await context.Response.Body.WriteAsync(Lie(Encoding.UTF8.GetBytes(index)));
    }

    private static string? SubjectOf(byte[] manifest)
    {
        using var document = JsonDocument.Parse(manifest);
        return document.RootElement.TryGetProperty("subject", out var subject) ? subject.GetProperty("digest").GetString() : null;
    }
}

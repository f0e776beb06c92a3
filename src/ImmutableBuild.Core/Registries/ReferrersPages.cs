using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>The registry's list of what refers to a manifest, over all its pages (distribution-spec, "Listing Referrers").</summary>
/// <param name="first">Where the list begins.</param>
/// <param name="get">Asks for a page.</param>
internal sealed partial class ReferrersPages(Uri first, Func<Uri, CancellationToken, Task<HttpResponseMessage>> get)
{
    /// <summary>
    /// All entries, in the registry's order; none where it doesn't have the API. Throws IMB5006 for what is no such list, for pages that lead elsewhere or in
    /// a circle (R9), and for more than <see cref="OciJson.MaxDescriptors"/> entries or pages.
    /// </summary>
    public async Task<ImmutableArray<Descriptor>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<Descriptor>();
        var seen = new HashSet<Uri>();
        Uri? next = first;
        while (next is not null)
        {
            using var response = await get(next, cancellationToken);
            if (next == first && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
            {
                return [];
            }

            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryClient.FaultAsync(response, cancellationToken);
            }

            seen.Add(next);
            found.AddRange(await EntriesAsync(response, cancellationToken));
            next = found.Count > OciJson.MaxDescriptors
                ? throw RegistryErrors.RegistryLies(response, $"at most {OciJson.MaxDescriptors} referrers", "more")
                : NextAfter(response, seen);
        }

        return found.ToImmutable();
    }

    private static async Task<ImmutableArray<Descriptor>> EntriesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await BoundedBody.ReadAsync(response, OciJson.MaxManifestBytes, cancellationToken);
        try
        {
            return OciJson.ParseIndex(bytes, response.RequestMessage!.RequestUri!.AbsolutePath).Manifests;
        }
        catch (ImmutableBuildException fault)
        {
            throw RegistryErrors.RegistryLies(response, "an index of referrers", fault.Diagnostics[0].Message);
        }
    }

    private Uri? NextAfter(HttpResponseMessage response, HashSet<Uri> seen)
    {
        if (!response.Headers.TryGetValues("Link", out var links) || NextLink.Match(string.Join(',', links)) is not { Success: true } link)
        {
            return null;
        }

        var here = response.RequestMessage!.RequestUri!;
        return !Uri.TryCreate(here, link.Groups["address"].Value, out var next) || next.Scheme != first.Scheme || next.Authority != first.Authority || next.AbsolutePath != first.AbsolutePath
            ? throw RegistryErrors.RegistryLies(response, "the next page of the same list", "one of another place")
            : seen.Contains(next) ? throw RegistryErrors.RegistryLies(response, "a next page", "one that was read already")
            : seen.Count > OciJson.MaxDescriptors ? throw RegistryErrors.RegistryLies(response, $"at most {OciJson.MaxDescriptors} pages of referrers", "more") : next;
    }

    // RFC 8288, section 3; parameters other than rel don't matter here.
    [GeneratedRegex(@"<(?<address>[^>]*)>\s*;[^,<]*\brel\s*=\s*""?next""?", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NextLink { get; }
}

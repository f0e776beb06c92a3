using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Verification;

/// <summary>Asks for a bill of materials of each platform's image: attested itself, or by its hash and beside the image.</summary>
/// <param name="asked">The image's store.</param>
internal sealed class SbomCheck(AskedStore asked)
{
    /// <summary>Why they are refused, null when they aren't, and what they say, in a line.</summary>
    /// <param name="sboms">What is attested as bills of materials of the image.</param>
    /// <param name="content">The image.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<(string? Fault, string Said)> RunAsync(IReadOnlyCollection<InTotoStatement> sboms, ManifestContent content, CancellationToken cancellationToken)
    {
        // The same statement is in both of cosign's places.
        var attested = sboms.Select(sbom => sbom.Predicate).Where(Bom.Is).DistinctBy(bom => bom.GetRawText()).ToArray();
        var (bills, faults) = (new List<Bill>(), new List<string>());
        foreach (var bom in attested)
        {
            try
            {
                bills.Add(BomReference.Find(bom) is { } reference ? await ReadAsync(reference, cancellationToken) : Bill.Of(bom));
            }
            catch (FormatException fault)
            {
                faults.Add(fault.Message);
            }
            catch (ImmutableBuildException fault) when (AskedStore.IsAboutContent(fault))
            {
                faults.Add(fault.Diagnostics[0].Message.TrimEnd('.'));
            }
        }

        return (FindFault(attested.Length, bills, faults, content), string.Join(", ", bills.Select(bill => $"{bill.Components} components").Distinct(StringComparer.Ordinal)));
    }

    private static string? FindFault(int attested, List<Bill> bills, List<string> faults, ManifestContent content)
    {
        if (bills.Count == 0)
        {
            return attested == 0 ? "what is attested is no CycloneDX document" : string.Join("; ", faults);
        }

        // An image for a single platform may have a bill of materials that others wrote, who name the image in their own way; of an index, each platform needs its own.
        var platforms = MediaTypes.IsIndex(content.MediaType) ? OciJson.ParseIndex(content.Bytes, content.Digest.ToString()).Manifests.Select(entry => entry.Digest).ToArray() : [];
        return platforms.FirstOrDefault(platform => !bills.Any(bill => bill.Image == platform)) is var missing && missing != default
            ? string.Join("; ", [$"there is none of the platform's image {missing}", .. faults])
            : null;
    }

    private async Task<Bill> ReadAsync(BomReference reference, CancellationToken cancellationToken)
    {
        using var stored = new MemoryStream();
        foreach (var piece in reference.Pieces)
        {
            await stored.WriteAsync(await asked.AskAsync(() => asked.Store.ReadBlobAsync(piece, CompressedBom.MaximumLength, cancellationToken)), cancellationToken);
        }

        var document = CompressedBom.Read(stored.ToArray());
        return Digest.Of(document) != reference.Document
            ? throw new FormatException($"the bill of materials of {reference.Pieces[0].Digest} is not the one that is attested")
            : SignedJson.Read(document.AsMemory().TrimEnd((byte)'\n'), "the bill of materials", static bom =>
                Bom.Is(bom) ? Bill.Of(bom) : throw new FormatException("what is attested by its hash is no CycloneDX document"));
    }

    private sealed record Bill(Digest? Image, int Components)
    {
        public static Bill Of(JsonElement bom) => new(Bom.ImageOf(bom), Bom.CountOf(bom));
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Advisories;

namespace ImmutableBuild.Scanning.Dismissals;

/// <summary>
/// A document of the vendor's word on vulnerabilities (OpenVEX 0.2.0). What it calls <c>not_affected</c> or <c>fixed</c> does not count, for the
/// very products it names; any other product's statement says nothing (N8).
/// </summary>
internal static class OpenVex
{
    private const string Context = "https://openvex.dev/ns";

    /// <summary>Reads one; throws IMB3013 for what is no OpenVEX document, or a statement that lacks what its status needs.</summary>
    public static ImmutableArray<Dismissal> Read(ReadOnlyMemory<byte> json, string file) =>
        StrictJson.Read(json, root => ReadDocument(root, file), (why, fault) => ScanErrors.VexInvalid(file, why, fault));

    private static ImmutableArray<Dismissal> ReadDocument(JsonElement root, string file)
    {
        var context = root.RequiredText("@context");
        if (context != Context && !context.StartsWith(Context + "/v0.", StringComparison.Ordinal))
        {
            throw new FormatException($"'@context' is '{context}', expected {Context}/v0.2.0");
        }

        var issued = TimeOf(root) ?? DateTimeOffset.MinValue;
        var statements = root.Items("statements").Select(statement => ReadStatement(statement, issued, file)).OrderBy(statement => statement.Time);
        // Of two statements on one vulnerability in one product, the later one holds ("Updating Statements").
        var latest = new Dictionary<(string Id, string Product), Dismissal?>();
        foreach (var (_, dismisses, entries) in statements)
        {
            foreach (var (product, dismissal) in entries)
            {
                latest[(dismissal.Id.ToUpperInvariant(), product)] = dismisses ? dismissal : null;
            }
        }

        return [.. latest.Values.OfType<Dismissal>()];
    }

    private static (DateTimeOffset Time, bool Dismisses, ImmutableArray<(string Product, Dismissal Dismissal)> Entries) ReadStatement(JsonElement statement, DateTimeOffset issued, string file)
    {
        var status = statement.RequiredText("status");
        var reason = ReasonOf(statement, status);
        var products = statement.Items("products");
        if (products.Length == 0)
        {
            throw new FormatException("a statement names no product");
        }

        var dismisses = status is "not_affected" or "fixed";
        var entries = from id in IdsOf(statement)
                      from product in products
                      select Entry(id, product, reason, file);
        return (TimeOf(statement) ?? issued, dismisses, [.. entries]);
    }

    private static string ReasonOf(JsonElement statement, string status)
    {
        var justification = statement.Text("justification");
        var impact = statement.Text("impact_statement") ?? statement.Text("status_notes");
        return status switch
        {
            "not_affected" when justification is null && statement.Text("impact_statement") is null => throw new FormatException("a statement 'not_affected' has neither justification nor impact_statement"),
            "not_affected" or "fixed" or "affected" or "under_investigation" => string.Join(": ", new[] { status, justification, impact }.OfType<string>()),
            _ => throw new FormatException($"the status '{status}' is not known"),
        };
    }

    private static IEnumerable<string> IdsOf(JsonElement statement)
    {
        if (statement.Find("vulnerability", JsonValueKind.Object) is not { } vulnerability)
        {
            throw new FormatException("a statement names no vulnerability");
        }

        return vulnerability.Texts("aliases").Prepend(vulnerability.RequiredText("name")).Distinct(StringComparer.OrdinalIgnoreCase);
    }

    private static (string Product, Dismissal Dismissal) Entry(string id, JsonElement product, string reason, string file)
    {
        var name = NameOf(product) ?? throw new FormatException("a product has neither '@id' nor a purl");
        var parts = product.Items("subcomponents").Select(part => NameOf(part) ?? throw new FormatException("a subcomponent has neither '@id' nor a purl")).ToArray();
        var dismissal = new Dismissal(id, reason, file);
        // A statement on a subcomponent of a package covers nothing: whether that is why the image holds the subcomponent is not known. Images takes the product's name, which is no digest.
        dismissal = !name.StartsWith("pkg:", StringComparison.Ordinal) || name.StartsWith("pkg:oci/", StringComparison.Ordinal)
            ? dismissal with { Images = [DigestOf(name)], Packages = [.. parts.Select(PackagePattern.Parse)] }
            : parts.Length > 0 ? dismissal with { Images = [name] } : dismissal with { Packages = [PackagePattern.Parse(name)] };
        return ($"{name}\n{string.Join('\n', parts)}", dismissal);
    }

    // pkg:oci/name@sha256:… or registry/name@sha256:…: images are compared by digest alone, and a name without one matches no image.
    private static string DigestOf(string product)
    {
        var bare = Uri.UnescapeDataString(product.Split('?', '#')[0]);
        return bare[(bare.LastIndexOf('@') + 1)..];
    }

    private static string? NameOf(JsonElement product) => product.Find("identifiers", JsonValueKind.Object)?.Text("purl") ?? product.Text("@id");

    private static DateTimeOffset? TimeOf(JsonElement holder) =>
        holder.Text("timestamp") is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FormatException($"'{text}' is no time");
}

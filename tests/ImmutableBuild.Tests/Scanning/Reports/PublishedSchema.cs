using System.Text.Json;
using ImmutableBuild.Tests.Generated;
using Json.Schema;

namespace ImmutableBuild.Tests.Scanning.Reports;

/// <summary>A schema that a format's project publishes (Schemas/README.md).</summary>
internal sealed class PublishedSchema
{
    private readonly JsonSchema _schema;
    private readonly EvaluationOptions _options;

    private PublishedSchema(string file, params string[] referred)
    {
        _options = new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
        foreach (var other in referred)
        {
            SchemaRegistry.Global.Register(Load(other));
        }

        _schema = Load(file);
    }

    public static PublishedSchema CycloneDx16 { get; } = new("bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json");

    public static PublishedSchema Spdx23 { get; } = new("spdx-2.3.schema.json");

    public static PublishedSchema Sarif21 { get; } = new("sarif-2.1.0.schema.json");

    /// <summary>What is wrong with a document; nothing for a valid one.</summary>
    public IReadOnlyList<string> Faults(byte[] document)
    {
        using var json = JsonDocument.Parse(document);
        var result = _schema.Evaluate(json.RootElement, _options);
        return result.IsValid ? [] : [.. (result.Details ?? []).Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")).DefaultIfEmpty("invalid")];
    }

    private static JsonSchema Load(string name) =>
        JsonSchema.FromText(File.ReadAllText(Path.Combine(GeneratedFile.RepositoryRoot(), "tests/ImmutableBuild.Tests/Scanning/Reports/Schemas", name)));
}

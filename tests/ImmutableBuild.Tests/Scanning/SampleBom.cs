using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>The smallest bill of materials that says what it is of.</summary>
internal static class SampleBom
{
    public static string Of(Digest image) => $$"""
        {
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
          "version": 1,
          "metadata": { "component": { "type": "container", "bom-ref": "{{image}}", "name": "shop" } },
          "components": []
        }

        """;
}

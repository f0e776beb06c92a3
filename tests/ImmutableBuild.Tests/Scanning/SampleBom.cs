using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>The smallest bill of materials that says what it is of.</summary>
internal static class SampleBom
{
    public static string Of(Digest image) => $$"""
        {
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "metadata": { "component": { "type": "container", "bom-ref": "{{image}}", "name": "shop" } },
          "components": []
        }

        """;
}

using System.Text;
using System.Text.Json;

namespace ImmutableBuild.Tests.Images;

/// <summary>Compares documents with files that are kept beside the tests, indented so that a difference can be read.</summary>
internal static class Golden
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void ShouldMatch(string name, byte[] json) => Generated.GeneratedFile.ShouldBe($"tests/ImmutableBuild.Tests/Images/Golden/{name}", Format(json));

    private static string Format(byte[] json)
    {
        var buffer = new MemoryStream();
        using (var document = JsonDocument.Parse(json))
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images.Layers;

/// <summary>
/// <c>App.staticwebassets.endpoints.json</c>, in which the .NET SDK notes for each static file the time it has on disk, to be sent as <c>Last-Modified</c>:
/// that of the checkout, so that every clone would make another image. It gets one that follows from the content, as the file itself does.
/// </summary>
internal static class StaticAssetEndpoints
{
    private const string Pattern = "*.staticwebassets.endpoints.json";
    private const long LongestFile = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions s_asTheSdkWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Settles the times in a publish output. Throws IMB2012 where such a file can't be read.</summary>
    public static void Settle(string publishDirectory)
    {
        foreach (var file in new DirectoryInfo(publishDirectory).GetFiles(Pattern).Where(file => file.LinkTarget is null))
        {
            var document = Read(file);
            var changes = Endpoints(document).Count(SettleEndpoint);
            if (changes > 0)
            {
                AtomicFile.Write(file.FullName, Encoding.UTF8.GetBytes(document!.ToJsonString(s_asTheSdkWrites)));
            }
        }
    }

    private static JsonNode? Read(FileInfo file)
    {
        try
        {
            return file.Length <= LongestFile ? JsonNode.Parse(File.ReadAllBytes(file.FullName)) : throw new IOException($"it has more than {LongestFile} bytes");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw BakeErrors.FileUnreadable(file.FullName, fault);
        }
    }

    private static IEnumerable<JsonObject> Endpoints(JsonNode? document) => ((document as JsonObject)?["Endpoints"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool SettleEndpoint(JsonObject endpoint)
    {
        var headers = (endpoint["ResponseHeaders"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var content = headers.FirstOrDefault(header => NameOf(header) == "ETag")?["Value"]?.ToString() ?? "";
        var settled = LayerTimes.Of(Digest.Of(Encoding.UTF8.GetBytes(content))).ToString("R", CultureInfo.InvariantCulture);
        var changes = headers.Where(header => NameOf(header) == "Last-Modified" && header["Value"]?.ToString() != settled).ToArray();
        Array.ForEach(changes, header => header["Value"] = settled);
        return changes.Length > 0;
    }

    private static string? NameOf(JsonObject header) => header["Name"]?.ToString();
}

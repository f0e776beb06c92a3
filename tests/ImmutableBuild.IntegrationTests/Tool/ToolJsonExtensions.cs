using System.Text.Json;

namespace ImmutableBuild.IntegrationTests.Tool;

/// <summary>Short ways into an answer.</summary>
internal static class ToolJsonExtensions
{
    /// <summary>What is at <paramref name="path"/>: <c>generations.0.role</c>; null for JSON's null.</summary>
    public static string? At(this JsonElement json, string path)
    {
        foreach (var step in path.Split('.'))
        {
            json = json.ValueKind == JsonValueKind.Array ? json[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : json.GetProperty(step);
        }

        return json.ValueKind == JsonValueKind.Null ? null : json.ToString();
    }

    /// <summary>One member of each element of an array.</summary>
    public static IEnumerable<string?> Each(this JsonElement array, string path) => array.EnumerateArray().Select(element => element.At(path));

    /// <summary>The code of the only error of an answer.</summary>
    public static string? ErrorCode(this JsonElement json) => json.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem().At("code");
}

using System.Text.Json.Nodes;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A copy of the gateway's program that differs, as another version would.</summary>
internal static class GatewayCopy
{
    private const string RuntimeConfiguration = "ImmutableBuild.Gateway.runtimeconfig.json";

    /// <summary>Makes it in <paramref name="directory"/>; the directory.</summary>
    public static string Make(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Concat(Directory.GetFiles(AppContext.BaseDirectory, "ImmutableBuild.Gateway.*")))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
        }

        var configuration = Path.Combine(directory, RuntimeConfiguration);
        var json = JsonNode.Parse(File.ReadAllText(configuration))!;
        json["runtimeOptions"]!["configProperties"]!["ImmutableBuild.Tests.Version"] = "another";
        File.WriteAllText(configuration, json.ToJsonString());
        return directory;
    }
}

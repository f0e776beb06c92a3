using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableBuild.TestApp;

/// <summary>What the app says of itself.</summary>
internal sealed record WhoAmI(string? Generation, string? Instance, int ProcessId, string Directory, string Temporary, string[] Variables)
{
    /// <summary>As it is now.</summary>
    public static WhoAmI Now() => new(
        Environment.GetEnvironmentVariable("IMMUTABLE_GENERATION"),
        Environment.GetEnvironmentVariable("IMMUTABLE_INSTANCE"),
        Environment.ProcessId,
        Environment.CurrentDirectory,
        Path.GetTempPath(),
        [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)]);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WhoAmI))]
internal sealed partial class WhoAmIJson : JsonSerializerContext;

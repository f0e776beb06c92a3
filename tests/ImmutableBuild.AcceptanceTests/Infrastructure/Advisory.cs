using System.Runtime.InteropServices;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>An advisory about every version of a package, severe enough for the gate to refuse what has it.</summary>
internal static class Advisory
{
    /// <summary>What every self-contained app has.</summary>
    public static string Runtime { get; } = $"Microsoft.NETCore.App.Runtime.{RuntimeInformation.RuntimeIdentifier}";

    /// <summary>Writes the one advisory of a directory.</summary>
    public static void Write(string directory, string package) => File.WriteAllText(
        Path.Combine(directory, "advisory.json"),
        $$$"""{"id":"GHSA-test","modified":"{{{DateTimeOffset.UtcNow:yyyy-MM-dd}}}T00:00:00Z","affected":[{"package":{"ecosystem":"NuGet","name":"{{{package}}}"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}],"database_specific":{"severity":"HIGH"}}""");
}

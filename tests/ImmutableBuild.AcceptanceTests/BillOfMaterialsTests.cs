using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>However an app is published, its bill of materials names its packages and its runtime.</summary>
public sealed class BillOfMaterialsTests(PackedPackage package)
{
    // What an app never calls is trimmed away, and then rightly not listed.
    private const string Health = "Polly.ResiliencePipeline.Empty is null ? Results.NotFound() : Results.Ok()";

    [Theory]
    [InlineData("")]
    [InlineData("<PublishSingleFile>true</PublishSingleFile><EnableCompressionInSingleFile>true</EnableCompressionInSingleFile>")]
    [InlineData("<PublishTrimmed>true</PublishTrimmed>")]
    public async Task A_self_contained_app(string properties)
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v", $"<SuppressTrimAnalysisWarnings>true</SuppressTrimAnalysisWarnings>{properties}", "<PackageReference Include=\"Polly.Core\" Version=\"8.8.1\" />", Health);
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake;Scan")).ShouldSucceed().ShouldNotSay("no *.deps.json");

        using var sbom = JsonDocument.Parse(await File.ReadAllBytesAsync(repository.PathOf("src/Shöp Web/obj/immutable/sbom.cdx.json"), TestContext.Current.CancellationToken));
        var components = sbom.RootElement.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("name").GetString()!);
        var polly = components["Polly.Core"];
        polly.GetProperty("licenses")[0].GetProperty("expression").GetString().ShouldBe("BSD-3-Clause");
        polly.GetProperty("hashes")[0].GetProperty("alg").GetString().ShouldBe("SHA-512");
        components.Keys.ShouldContain(name => name.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
        components["Shop"].GetProperty("type").GetString().ShouldBe("application");
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What a release says of its image, and whether that is enough.</summary>
public sealed class VerifyTests(PackedPackage package)
{
    [Fact]
    [Trait("Fault", "F38")]
    public async Task An_image_is_attested_and_verified_by_its_digest()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v", items: "<PackageReference Include=\"Polly.Core\" Version=\"8.8.1\" />");
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake;Scan;Sign;Push")).ShouldSucceed();

        var work = repository.PathOf("src/Shöp Web/obj/immutable");
        var record = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(work, "release.json"), TestContext.Current.CancellationToken))!;
        var push = record["push"]!;

        (await repository.BuildRestoredAsync(WebApp.Project, "Verify", $"-p:Image={push["repository"]}@{push["digest"]}")).ShouldSucceed()
            .ShouldSay("signature          ok").ShouldSay("provenance         ok").ShouldSay("scan               ok").ShouldSay("bill of materials  ok").ShouldSay("transparency log   not checked");
        (await repository.BuildRestoredAsync(WebApp.Project, "Verify", $"-p:Image={push["repository"]}:{push["tag"]}")).ShouldFailWith("IMB4037");
        // Nothing assessed the image here, and a protected environment wants that.
        (await repository.BuildRestoredAsync(WebApp.Project, "Verify", $"-p:Image={push["repository"]}@{push["digest"]}", "-p:ImmutableProtected=true")).ShouldFailWith("IMB4032").ShouldSay("REFUSED");

        var packages = Provenance((string)record["bake"]!["layout"]!).GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray()
            .Where(dependency => dependency.TryGetProperty("uri", out _)).ToDictionary(dependency => dependency.GetProperty("uri").GetString()!, dependency => dependency.GetProperty("digest"));
        packages["pkg:nuget/Polly.Core@8.8.1"].GetProperty("sha512").GetString()!.Length.ShouldBe(128);
        packages.Keys.ShouldContain(uri => uri.StartsWith("pkg:nuget/Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
    }

    private static JsonElement Provenance(string layout)
    {
        JsonElement Blob(string digest) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "blobs", "sha256", digest["sha256:".Length..]))).RootElement;
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")));
        var attestations = index.RootElement.GetProperty("manifests").EnumerateArray().First(entry => entry.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!.EndsWith(".att", StringComparison.Ordinal));
        var layer = Blob(attestations.GetProperty("digest").GetString()!).GetProperty("layers").EnumerateArray().First(layer => layer.GetProperty("annotations").GetProperty("predicateType").GetString()!.StartsWith("https://slsa.dev/", StringComparison.Ordinal));
        var envelope = Blob(layer.GetProperty("digest").GetString()!);
        return JsonDocument.Parse(envelope.GetProperty("payload").GetBytesFromBase64()).RootElement.GetProperty("predicate");
    }
}

using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>The base image of a container where the project names none: the .NET SDK's choice. Microsoft's registry is not asked for it: it is behind a proxy that nobody answers at.</summary>
public sealed class InferredBaseTests(PackedPackage package)
{
    private const string Base = "localhost:5000/dotnet/aspnet:10.0";
    private const string Inferred = "mcr.microsoft.com/dotnet/aspnet:10.0";

    private static readonly Dictionary<string, string?> s_behindNoProxy = new() { ["HTTPS_PROXY"] = "http://127.0.0.1:1" };

    [Theory]
    [InlineData("dotnet/aspnet/manifests/10.0", "Microsoft.NET.Sdk.Web", "")]
    [InlineData("dotnet/runtime/manifests/10.0-alpine", "Microsoft.NET.Sdk", "<OutputType>Exe</OutputType><ContainerFamily>alpine</ContainerFamily>")]
    [InlineData("dotnet/runtime-deps/manifests/10.0-noble-chiseled", "Microsoft.NET.Sdk.Web", "<SelfContained>true</SelfContained><InvariantGlobalization>true</InvariantGlobalization><ContainerFamily>noble-chiseled</ContainerFamily>")]
    public async Task It_is_the_one_that_the_SDK_takes(string image, string sdk, string properties)
    {
        await using var repository = new ScratchRepository(package);
        repository.WriteProject(WebApp.Project, $"<ImmutableTarget>docker</ImmutableTarget>{properties}", sdk: sdk);
        repository.Write("src/Shöp Web/Program.cs", "System.Console.WriteLine();");
        await repository.CommitAsync();

        var refused = await repository.BuildAsync(WebApp.Project, "UpdateBase", s_behindNoProxy);

        refused.ShouldFailWith("IMB5002").ShouldSay($"https://mcr.microsoft.com/v2/{image} got no reply");
    }

    [Fact]
    public async Task The_app_is_published_for_it_and_baked_upon_it()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v", "<ImmutableTarget>docker</ImmutableTarget>");
        await repository.CommitAsync();

        // Of a registry that can be asked the same image comes into the data directory, and is there for whoever pins it.
        (await repository.BuildAsync(WebApp.Project, "Bake", $"-p:ContainerBaseImage={Base}")).ShouldSucceed();
        var pin = BaseDigest(Bake(repository));
        repository.Write("src/Shöp Web/immutable.lock.json", $$"""{ "schema": 1, "bases": { "{{Inferred}}": "{{pin}}" } }""");
        await repository.CommitAsync();

        (await repository.BuildAsync(WebApp.Project, "Bake", s_behindNoProxy)).ShouldSucceed().ShouldNotSay("self-contained");

        var bake = Bake(repository);
        (bake.GetProperty("baseName").GetString(), BaseDigest(bake)).ShouldBe((Inferred, pin));
    }

    private static string? BaseDigest(JsonElement bake) => bake.GetProperty("images")[0].GetProperty("baseDigest").GetString();

    private static JsonElement Bake(ScratchRepository repository) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/release.json"))).GetProperty("bake");
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>A repository that <c>dotnet new immutable --nuke --target docker</c> has set up, taken through the life of an app by its <c>build.sh</c> alone.</summary>
public sealed partial class TemplateWithNukeOnDockerTests(PackedPackage package)
{
    private const string Registry = "localhost:5000";
    private const string Base = $"{Registry}/dotnet/aspnet:10.0";

    private readonly string _app = $"shop-{Guid.NewGuid().ToString("N")[..8]}";

    [Fact]
    public async Task Its_script_deploys_continues_replaces_goes_back_and_refuses_a_broken_commit()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        await NukeBuild.PackAsync(package);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", _app, "--target", "docker", "--registry", $"{Registry}/acme", "--nuke", "--ci", "none")).ShouldSucceed();
        WriteApp(repository, "one");
        var key = WriteKey(repository);
        await repository.CommitAsync();
        try
        {
            var url = await DeployStageByStageAsync(repository, key);
            await ReplaceOnceApprovedAsync(repository, url);
            (await BuildAsync(repository, "Rollback")).ShouldSucceed().ShouldSay("RequestsLost: 0");
            (await WebApp.GetAsync(url)).ShouldBe("one");
            await RefuseBrokenAsync(repository, url);
            (await BuildAsync(repository, "Stop")).ShouldSucceed();
            (await ContainersAsync(repository)).ShouldBeEmpty();
        }
        finally
        {
            await EngineHost.RemoveAppAsync(repository, _app);
        }
    }

    /// <summary>Deploy brings a generation up beside what serves; another process, which has but the record, gives it the traffic.</summary>
    private async Task<Uri> DeployStageByStageAsync(ScratchRepository repository, string key)
    {
        (await BuildAsync(repository, "Deploy")).ShouldSucceed().ShouldSay($"Image: {Registry}/acme/{_app}@sha256:").ShouldNotSay(key.Split('\n')[1]);
        (await DigestOfTagAsync(await repository.GitAsync("rev-parse", "HEAD"))).ShouldStartWith("sha256:");
        (await ContainersAsync(repository)).ShouldNotBeEmpty();
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty("a build leaves the working tree clean");

        var gate = (await BuildAsync(repository, "HealthGate", "--skip")).ShouldSucceed().ShouldNotSay("╬══ Compile");
        var url = new Uri(Url.Match(gate.Output).Groups["url"].Value);
        (await WebApp.GetAsync(url)).ShouldBe("one");
        return url;
    }

    /// <summary>A target of the user's own stops a release before Deploy, and what was done by then is not done again.</summary>
    private async Task ReplaceOnceApprovedAsync(ScratchRepository repository, Uri url)
    {
        WriteApp(repository, "two");
        AddApproval(repository);
        await repository.CommitAsync();
        var waiting = await BuildAsync(repository, "Release");
        waiting.ExitCode.ShouldNotBe(0);
        waiting.ShouldSay("╬══ Push").ShouldSay("nobody has approved it").ShouldNotSay("╬══ Deploy");
        (await WebApp.GetAsync(url)).ShouldBe("one");

        (await BuildAsync(repository, "Release", "--approved", "--continue")).ShouldSucceed()
            .ShouldNotSay("╬══ Compile").ShouldNotSay("╬══ Push").ShouldSay("╬══ Deploy").ShouldSay("RequestsLost: 0").ShouldSay("Destroyed: 1");
        (await WebApp.GetAsync(url)).ShouldBe("two");
        (await ContainersAsync(repository)).Length.ShouldBe(2, "a gateway and an instance");
    }

    private async Task RefuseBrokenAsync(ScratchRepository repository, Uri url)
    {
        var before = await ContainersAsync(repository);
        WriteApp(repository, "three", first: "throw new InvalidOperationException(\"these are its last words\");");
        await repository.CommitAsync();

        var refused = await BuildAsync(repository, "Release", "--approved");

        refused.ExitCode.ShouldNotBe(0);
        refused.ShouldSay("IMB7002").ShouldSay("these are its last words");
        (await WebApp.GetAsync(url)).ShouldBe("one");
        (await ContainersAsync(repository)).ShouldBe(before, ignoreOrder: true);
    }

    private void WriteApp(ScratchRepository repository, string version, string first = "")
    {
        repository.Write($"src/{_app}/{_app}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <Import Project="$([MSBuild]::GetPathOfFileAbove('immutable.props', '$(MSBuildThisFileDirectory)'))" />
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RootNamespace>Shop</RootNamespace>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <ContainerBaseImage>{Base}</ContainerBaseImage>
                <ImmutableGatewayBaseImage>{Base}</ImmutableGatewayBaseImage>
                <ImmutableTrustedKeys>shop.pub</ImmutableTrustedKeys>
              </PropertyGroup>
            </Project>
            """);
        repository.Write($"src/{_app}/Program.cs", $$"""
            {{first}}
            var app = WebApplication.Create(args);
            app.MapGet("/", () => "{{version}}");
            app.MapGet("/health", () => Results.Ok());
            app.Run();
            """);
    }

    /// <summary>The repository has the public key; the private one is a parameter of the build, which NUKE finds in a variable of that name.</summary>
    private string WriteKey(ScratchRepository repository)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        repository.Write($"src/{_app}/shop.pub", key.ExportSubjectPublicKeyInfoPem());
        var secret = key.ExportPkcs8PrivateKeyPem();
        repository.SetVariable("ImmutableKey", secret);
        return secret;
    }

    private static void AddApproval(ScratchRepository repository)
    {
        var build = repository.PathOf("build/Build.cs");
        var text = File.ReadAllText(build);
        repository.Write("build/Build.cs", text.Insert(text.LastIndexOf('}'), """

                [Parameter("Says that it may go live")] readonly bool Approved;

                Target Approval => _ => _
                    .DependsOn<IPush>()
                    .DependentFor<IDeploy>()
                    .Executes(() => Assert.True(Approved, "nobody has approved it"));

            """));
    }

    private async Task<string?> DigestOfTagAsync(string tag)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{Registry}/v2/acme/{_app}/manifests/{tag}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.oci.image.manifest.v1+json"));
        using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return reply.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    private Task<string[]> ContainersAsync(ScratchRepository repository) => EngineHost.ContainersAsync(repository, _app);

    private static Task<CommandResult> BuildAsync(ScratchRepository repository, params string[] arguments) => repository.RunAsync(repository.PathOf("build.sh"), ".", arguments);

    [GeneratedRegex(@"Url: (?<url>http://127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex Url { get; }
}

using System.Security.Cryptography;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>A repository that <c>dotnet new immutable --target docker</c> has set up: a registry, a key, an engine, and staging before production.</summary>
public sealed class TemplateOnDockerTests(PackedPackage package)
{
    private const string Registry = "localhost:5000";
    private const string Base = $"{Registry}/dotnet/aspnet:10.0";

    private readonly string _app = $"shop-{Guid.NewGuid().ToString("N")[..8]}";

    private string Project => $"src/{_app}/{_app}.csproj";

    [Fact]
    public async Task The_image_of_staging_is_promoted_by_its_digest_and_a_newer_base_is_proposed()
    {
        await EngineHost.SkipUnlessThereAsync("dotnet/aspnet");
        await using var repository = new ScratchRepository(package);
        var runner = await WorkflowRunner.InstallAsync(repository);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", _app, "--target", "docker", "--registry", $"{Registry}/acme", "--flow", "promote")).ShouldSucceed();
        var key = WriteApp(repository);
        await repository.CommitAsync();
        try
        {
            await ProposeBaseAsync(repository, runner);
            await ReleaseAsync(repository, runner, key);
        }
        finally
        {
            await EngineHost.RemoveAppAsync(repository, _app);
        }
    }

    private async Task ReleaseAsync(ScratchRepository repository, WorkflowRunner runner, string key)
    {
        var run = await runner.RunAsync("release.yml", "push", new Dictionary<string, string> { ["SIGNING_KEY"] = key });

        run.Command.ShouldSucceed().ShouldNotSay("IMB2021");
        run.Masked.ShouldBe(0, "no line of a build has a secret in it");
        run.Output("staging", "image").ShouldBe($"{Registry}/acme/{_app}@{run.Output("staging", "digest")}");
        (await WebApp.GetAsync(new Uri(run.Output("staging", "url")))).ShouldBe("hello");
        run.ResultOf("promote").ShouldBe("success");
        foreach (var environment in (string[])["staging", "production"])
        {
            (await repository.BuildAsync(Project, "Status", $"-p:ImmutableEnvironment={environment}")).ShouldSucceed().ShouldSay("Live");
        }

        // Nobody has the key here: what is verified is the registry's, by the public one.
        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Verify", $"-p:Image={run.Output("staging", "image")}")).ShouldSucceed();
    }

    /// <summary>The workflow pins what the tag names, in a branch of its own; <c>gh</c> is a stand-in that writes down what it is asked.</summary>
    private static async Task ProposeBaseAsync(ScratchRepository repository, WorkflowRunner runner)
    {
        var programs = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(repository.Root)!, $"bin-{Guid.NewGuid():N}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(programs, "gh"), $"#!/bin/sh\necho \"$*\" >> '{programs}/asked'\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(programs, "gh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        repository.SetVariable("PATH", $"{programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}");

        (await runner.RunAsync("rebase.yml", "schedule", new Dictionary<string, string>())).Command.ShouldSucceed().ShouldSay("is pinned to sha256:");

        (await repository.GitAsync("diff", "--name-only", "main", "immutable/rebase")).ShouldEndWith("immutable.lock.json");
        (await File.ReadAllTextAsync(Path.Combine(programs, "asked"), TestContext.Current.CancellationToken)).ShouldContain("pr create --head immutable/rebase --base main");
        await repository.GitAsync("merge", "-q", "immutable/rebase");
    }

    private string WriteApp(ScratchRepository repository)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        repository.Write($"src/{_app}/shop.pub", key.ExportSubjectPublicKeyInfoPem());
        repository.Write(Project, $"""
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
                <ImmutableProtected>false</ImmutableProtected>
              </PropertyGroup>
            </Project>
            """);
        repository.Write($"src/{_app}/Program.cs", """
            var app = WebApplication.Create(args);
            app.MapGet("/", () => "hello");
            app.MapGet("/health", () => Results.Ok());
            app.Run();
            """);
        return key.ExportPkcs8PrivateKeyPem();
    }
}

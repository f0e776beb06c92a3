using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>An app that takes part by the one line that the template asks for, and that needs a secret.</summary>
internal static class TemplateApp
{
    public const string Secret = "the secret of the shop";

    /// <summary>Writes project and program, ready to commit: it answers its version, and how long its secret is.</summary>
    public static void Write(ScratchRepository repository, string directory, string version)
    {
        repository.Write($"{directory}/Shop.csproj", """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <Import Project="$([MSBuild]::GetPathOfFileAbove('immutable.props', '$(MSBuildThisFileDirectory)'))" />
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <ImmutableSecret Include="DATABASE" />
              </ItemGroup>
            </Project>
            """);
        repository.Write($"{directory}/Program.cs", $$"""
            var app = WebApplication.Create(args);
            app.MapGet("/", () => $"{{version}} {Environment.GetEnvironmentVariable("DATABASE")!.Length}");
            app.MapGet("/health", () => Results.Ok());
            app.Run();
            """);
    }
}

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The build project of a user who has NUKE, with the packed components; the stand-in takes the place of Nuke.Common.</summary>
internal sealed class NukeBuild(ScratchRepository repository)
{
    private bool _isBuilt;

    /// <summary>Packs what it needs into the feed of <paramref name="package"/>, and writes project, class and parameters, ready to commit.</summary>
    public static async Task<NukeBuild> WriteAsync(PackedPackage package, ScratchRepository repository, string project, string members)
    {
        await PackAsync(package);
        repository.Write(".nuke/parameters.json", $$"""{ "ImmutableProject": "{{project}}" }""");
        repository.Write("build/_build.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RootNamespace></RootNamespace>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <AnalysisMode>All</AnalysisMode>
                <NoWarn>CS0649;CS0169;CA1050;CA1822;CA2211;IDE1006;CA1812;CA1852;CA2007;CA1515;CA1303;CA1707;CA2234</NoWarn>
                <NukeRootDirectory>..</NukeRootDirectory>
                <NukeScriptDirectory>..</NukeScriptDirectory>
                <NukeTelemetryVersion>1</NukeTelemetryVersion>
                <IsPackable>false</IsPackable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Nuke.Common" Version="10.1.0" />
                <PackageReference Include="ImmutableBuild.Nuke" Version="{package.Version}" />
              </ItemGroup>
            </Project>
            """);
        repository.Write("build/Build.cs", $$"""
            using System;
            using System.Collections.Generic;
            using System.Net.Http;
            using ImmutableBuild.Nuke;
            using Nuke.Common;

            class Build : NukeBuild, IRelease
            {
                public static int Main() => Execute<Build>(x => ((IRelease)x).Release);

            {{members}}
            }
            """);
        return new NukeBuild(repository);
    }

    /// <summary>What build.sh does; the project stays as it is, and is built the first time alone.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments)
    {
        string[] built = _isBuilt ? ["--no-build"] : [];
        _isBuilt = true;
        return repository.RunAsync("dotnet", ".", ["run", "--project", "build/_build.csproj", .. built, "--", .. arguments]);
    }

    /// <summary>Packs components and stand-in into the feed of <paramref name="package"/>.</summary>
    public static async Task PackAsync(PackedPackage package)
    {
        await package.PackAsync("src/ImmutableBuild.Nuke", package.Version);
        await package.PackAsync("tests/ImmutableBuild.NukeStandIn", version: null);
    }
}

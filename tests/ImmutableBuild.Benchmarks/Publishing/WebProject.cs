using ImmutableBuild.Benchmarks.Measuring;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>What <c>dotnet new web</c> makes, published self-contained for Linux, in a git repository of its own.</summary>
internal sealed class WebProject
{
    private static readonly string[] s_git = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false"];

    private WebProject(string directory) => Directory = directory;

    /// <summary>Where it is.</summary>
    public string Directory { get; }

    /// <summary>Where <c>dotnet publish</c> puts it, seen from there.</summary>
    public const string PublishDirectory = "bin/Release/net10.0/linux-x64/publish";

    /// <summary>Makes it in <paramref name="directory"/>, with more in its project file.</summary>
    public static async Task<WebProject> CreateAsync(string directory, CancellationToken cancellationToken, string properties = "", string items = "", string sources = "")
    {
        await Programs.RunAsync("dotnet", ["new", "web", "-o", directory, "-n", "Web", "--no-restore"], cancellationToken);
        var project = new WebProject(directory);
        project.Write("Web.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
                <SelfContained>true</SelfContained>
                {properties}
              </PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
        project.Write("NuGet.config", $"<configuration><packageSources>{sources}</packageSources></configuration>");
        project.Write(".gitignore", "bin/\nobj/\n");
        await project.GitAsync(cancellationToken, "init", "-q");
        await project.EditAsync(0, cancellationToken);
        return project;
    }

    /// <summary>Changes one line of the program, and commits it.</summary>
    public async Task EditAsync(int number, CancellationToken cancellationToken)
    {
        Write("Program.cs", $$"""
            var builder = WebApplication.CreateBuilder(args);
            var app = builder.Build();

            app.MapGet("/", () => "Hello World {{number}}!");

            app.Run();

            """);
        await CommitAsync(cancellationToken);
    }

    /// <summary>Commits what there is, also nothing.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await GitAsync(cancellationToken, "add", "-A");
        await GitAsync(cancellationToken, "commit", "-q", "--allow-empty", "-m", "edit");
    }

    /// <summary>Removes all that was built.</summary>
    public void Clean()
    {
        foreach (var name in (string[])["bin", "obj"])
        {
            if (System.IO.Directory.Exists(Path.Combine(Directory, name)))
            {
                System.IO.Directory.Delete(Path.Combine(Directory, name), recursive: true);
            }
        }
    }

    /// <summary>Writes a file of it.</summary>
    public void Write(string name, string content) => File.WriteAllText(Path.Combine(Directory, name), content);

    /// <summary>Runs <c>dotnet</c> in it.</summary>
    public Task<string> DotnetAsync(CancellationToken cancellationToken, params string[] arguments) => Programs.RunAsync("dotnet", [.. arguments, "-nologo", "-v:quiet"], cancellationToken, Directory);

    private Task GitAsync(CancellationToken cancellationToken, params string[] arguments) => Programs.RunAsync("git", [.. s_git, .. arguments], cancellationToken, Directory);
}

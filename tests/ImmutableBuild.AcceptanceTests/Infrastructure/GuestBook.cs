using System.Net;
using System.Security.Cryptography;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>The sample samples/Docker in a repository of its own, with the package in place of this repository's build of it.</summary>
internal sealed class GuestBook
{
    public const string Directory = "src/Gäste Buch";
    public const string Project = $"{Directory}/{ProjectFile}";

    private const string ProjectFile = "Guestbook.csproj";
    private const string Greeting = "Welcome!";

    private readonly ScratchRepository _repository;
    private readonly string _writingKey = Guid.NewGuid().ToString("N");

    private GuestBook(ScratchRepository repository) => _repository = repository;

    private static string Sample => Path.Combine(Repository.Root, "samples", "Docker");

    /// <summary>Writes it as the app <paramref name="app"/>, ready to commit, with a signing key and a writing key.</summary>
    public static GuestBook Write(ScratchRepository repository, string app, string baseImage)
    {
        var book = new GuestBook(repository);
        foreach (var file in System.IO.Directory.EnumerateFiles(Sample, "*.cs"))
        {
            book.Copy(Path.GetFileName(file));
        }

        book.Copy(".gitignore");
        book.Copy(
            ProjectFile,
            ("mcr.microsoft.com/dotnet/aspnet:10.0", baseImage),
            ("<ImmutablePort>8080<", "<ImmutablePort>0<"),
            ("<Import Project=\"../ImmutableBuild.FromSource.targets\" />", $"<ItemGroup>{repository.PackageReference}</ItemGroup>"));
        repository.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <ImmutableApp>{app}</ImmutableApp>
                <ImmutableGatewayBaseImage>{baseImage}</ImmutableGatewayBaseImage>
              </PropertyGroup>
            </Project>
            """);
        book.WriteKey();
        repository.SetVariable("GUESTBOOK_WRITING_KEY", book._writingKey);
        return book;
    }

    /// <summary>Changes the line that the sample's README changes.</summary>
    public void Greet(string greeting) => Copy("Program.cs", (Greeting, greeting));

    /// <summary>Writes into the book at <paramref name="url"/>; with another key than the book's where one is given.</summary>
    public async Task<HttpStatusCode> SignAsync(Uri url, string entry, string? key = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "entries")) { Content = new StringContent(entry) };
        request.Headers.Add("Writing-Key", key ?? _writingKey);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private void Copy(string file, params (string From, string To)[] changes)
    {
        var content = File.ReadAllText(Path.Combine(Sample, file));
        foreach (var (from, to) in changes)
        {
            content.ShouldContain(from);
            content = content.Replace(from, to, StringComparison.Ordinal);
        }

        _repository.Write($"{Directory}/{file}", content);
    }

    private void WriteKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _repository.Write($"{Directory}/key.pem", key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_repository.PathOf($"{Directory}/key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}

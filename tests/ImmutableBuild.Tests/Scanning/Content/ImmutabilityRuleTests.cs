using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Tests.Scanning.Content;

/// <summary>The rules about what makes an image another one tomorrow, or of use in one place only.</summary>
public sealed class ImmutabilityRuleTests : IDisposable
{
    private static readonly ImmutableSortedDictionary<string, EmptyObject> Port8080 = ImmutableSortedDictionary<string, EmptyObject>.Empty.Add("8080/tcp", new());

    private readonly ScannedImage _image = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task IMB3109_a_shell_is_one_mild_finding_of_the_base()
    {
        _image.Base.File("usr/bin/dash", "ELF", mode: 0x1ED).File("usr/bin/bash", "ELF", mode: 0x1ED).Symlink("usr/bin/sh", "dash").File("etc/bash", "no program");
        Subjects(await FindingsAsync()).ShouldBe(["IMB3109 Low base image"]);
    }

    [Fact]
    public async Task IMB3109_a_shell_of_the_apps_own_is_named()
    {
        _image.Base.File("bin/dash", "ELF", mode: 0x1ED);
        _image.App.File("usr/local/bin/busybox", "ELF", mode: 0x1ED);
        Subjects(await FindingsAsync()).ShouldBe(["IMB3109 Low /usr/local/bin/busybox"]);
    }

    [Fact]
    public async Task IMB3110_caches_count_together()
    {
        _image.Base.File("var/lib/apt/lists/lock").File("var/cache/apt/archives/a.deb", "ar");
        _image.App.File("var/lib/apt/lists/deb_dists_Packages", new string('x', 3000)).File("var/cache/apt/pkgcache.bin", "x").Dir("root/.npm");
        var findings = await FindingsAsync();
        Subjects(findings).ShouldBe(["IMB3110 Low base image", "IMB3110 Low own layers"]);
        findings[1].Message.ShouldStartWith("2 files with 2 KiB");
    }

    [Theory]
    [InlineData("org.opencontainers.image.base.name", "debian:latest", "base image")]
    [InlineData("org.opencontainers.image.base.name", "localhost:5000/debian", "base image")]
    [InlineData("org.opencontainers.image.version", "latest", "label org.opencontainers.image.version")]
    public async Task IMB3111_a_label_that_names_latest(string name, string value, string subject)
    {
        _image.Run = new RunConfig { User = "1654", Labels = ImmutableSortedDictionary<string, string>.Empty.Add(name, value) };
        Subjects(await FindingsAsync()).ShouldContain($"IMB3111 Medium {subject}");
    }

    [Theory]
    [InlineData("org.opencontainers.image.base.name", "localhost:5000/debian:12")]
    [InlineData("org.opencontainers.image.base.name", "debian:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("description", "latest")]
    public async Task IMB3111_a_label_that_names_something_else(string name, string value)
    {
        _image.Run = new RunConfig { User = "1654", Labels = ImmutableSortedDictionary<string, string>.Empty.Add(name, value) };
        (await FindingsAsync()).ShouldNotContain(finding => finding.Id == "IMB3111");
    }

    [Fact]
    public async Task IMB3111_a_variable_and_a_command_that_name_latest()
    {
        _image.Run = new RunConfig { User = "1654", Env = ["TOOL_VERSION=latest", "MODE=latest", "NODE_VERSION=22"] };
        _image.History = [new() { CreatedBy = "RUN npm i -g base@latest" }, new() { CreatedBy = "USER app", EmptyLayer = true }, new() { CreatedBy = "RUN npm i -g tool@latest # the latest" }];
        Subjects(await FindingsAsync()).ShouldBe(["IMB3111 Medium history, step 3", "IMB3111 Medium variable TOOL_VERSION"]);
    }

    [Fact]
    public async Task IMB3112_databases_and_logs_in_the_apps_directory()
    {
        _image.App.File("app/shop.sqlite3", "x").File("app/logs/app.log", "x").File("app/App_Data/a.bin", "x").File("app/geo.mmdb", "x").File("srv/other.log", "x");
        Subjects(await FindingsAsync()).ShouldBe(["IMB3112 Medium /app/App_Data/a.bin", "IMB3112 Medium /app/logs/app.log", "IMB3112 Medium /app/shop.sqlite3"]);
    }

    [Theory]
    [InlineData("Data Source=shop.db", true)]
    [InlineData("Cache=Shared;Filename=data/shop.db;Mode=ReadWrite", true)]
    [InlineData("DataSource=./shop.sqlite", true)]
    [InlineData("Data Source=/data/shop.db", false)]
    [InlineData("Data Source=C:\\\\data\\\\shop.db", false)]
    [InlineData("Data Source=|DataDirectory|shop.db", false)]
    [InlineData("Data Source=${PLACE}/shop.db", false)]
    [InlineData("Data Source=:memory:", false)]
    [InlineData("Data Source=db.example.org", false)]
    [InlineData("Server=db;Database=shop", false)]
    public async Task IMB3112_a_database_at_a_relative_path(string connection, bool found)
    {
        _image.App.File("app/appsettings.json", $$"""
            {
              // comments are allowed there
              "ConnectionStrings": { "Default": "{{connection}}" },
            }
            """);
        Subjects(await FindingsAsync()).ShouldBe(found ? ["IMB3112 Medium /app/appsettings.json, ConnectionStrings:Default"] : []);
    }

    [Theory]
    [InlineData("MapHealthChecks", false, false)]
    [InlineData("/health", true, false)]
    [InlineData("/hello", true, true)]
    public async Task IMB3113_an_app_that_opens_a_port_and_never_speaks_of_health(string word, bool isText, bool found)
    {
        _image.App.Entry('0', "app/Shop.dll", (isText ? Encoding.Unicode : Encoding.UTF8).GetBytes($"MZ..{word}.."));
        _image.Run = new RunConfig { User = "1654", ExposedPorts = Port8080 };
        Subjects(await FindingsAsync()).ShouldBe(found ? ["IMB3113 Low /app/Shop.dll"] : []);
    }

    [Fact]
    public async Task IMB3113_a_worker_needs_none()
    {
        _image.App.File("app/Shop.dll", "MZ");
        (await FindingsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task IMB3114_a_declared_volume()
    {
        _image.Run = new RunConfig { User = "1654", Volumes = ImmutableSortedDictionary<string, EmptyObject>.Empty.Add("/data", new()) };
        Subjects(await FindingsAsync()).ShouldBe(["IMB3114 Medium volume /data"]);
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT=Development", true)]
    [InlineData("DOTNET_ENVIRONMENT=Staging", true)]
    [InlineData("ASPNETCORE_ENVIRONMENT=production", false)]
    [InlineData("ASPNETCORE_HTTP_PORTS=8080", false)]
    public async Task IMB3115_a_variable_that_names_an_environment(string variable, bool found)
    {
        _image.Run = new RunConfig { User = "1654", Env = [variable] };
        Subjects(await FindingsAsync()).ShouldBe(found ? [$"IMB3115 Medium variable {variable.Split('=')[0]}"] : []);
    }

    [Fact]
    public async Task IMB3115_settings_of_one_environment_that_change_more_than_logging()
    {
        _image.App.File("app/appsettings.Development.json", """{"DetailedErrors":true,"Logging":{"LogLevel":{"Default":"Debug"}}}""")
            .File("app/appsettings.json", """{"Shop":{"Name":"x"}}""")
            .File("app/appsettings.Staging.json", """{"Logging":{},"Shop":{"Url":"http://staging"}}""")
            .File("app/appsettings.Broken.json", "{");
        Subjects(await FindingsAsync()).ShouldBe(["IMB3115 Low /app/appsettings.Staging.json"]);
    }

    private static string[] Subjects(IEnumerable<Finding> findings) =>
        [.. findings.Select(finding => $"{finding.Id} {finding.Severity} {finding.Subject}").Order(StringComparer.Ordinal)];

    private async Task<ImmutableArray<Finding>> FindingsAsync() => (await _image.ScanAsync()).Findings;
}

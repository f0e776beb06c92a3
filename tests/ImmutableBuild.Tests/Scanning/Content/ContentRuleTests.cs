using System.Collections.Immutable;
using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Content;

namespace ImmutableBuild.Tests.Scanning.Content;

public sealed class ContentRuleTests : IDisposable
{
    // Put together here, so that no scanner of this repository takes them for real ones.
    private static readonly string GitHubToken = "ghp_" + string.Concat(Enumerable.Repeat("aB3dE6", 6));
    private static readonly string AwsKey = "AKIA" + "Q3EGRIZ7WMXT5N2P";

    private readonly ScannedImage _image = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task A_clean_image_has_no_findings()
    {
        _image.Base.Dir("tmp").File("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        _image.App.File("app/appsettings.json", """{"ConnectionStrings":{"Default":"Server=db;User Id=app;Password=${DB_PASSWORD}"}}""")
            .File("app/readme.txt", "Set TOKEN= and password=changeme; see -----BEGIN PRIVATE KEY----- in the manual.");
        (await CodesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("root")]
    [InlineData("0:0")]
    [InlineData("root:app")]
    [InlineData("toor")]
    public async Task IMB3101_root_by_any_name(string? user)
    {
        _image.Base.File("etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n");
        _image.Run = new RunConfig { User = user };
        (await CodesAsync()).ShouldBe(["IMB3101"]);
    }

    [Fact]
    public async Task IMB3102_an_SSH_server_and_its_port()
    {
        _image.Base.File("usr/sbin/sshd", "ELF", mode: 0x1ED);
        _image.Run = new RunConfig { User = "1654", ExposedPorts = ImmutableSortedDictionary<string, EmptyObject>.Empty.Add("22/tcp", new()).Add("8080/tcp", new()) };
        (await CodesAsync()).ShouldBe(["IMB3102", "IMB3102"]);
    }

    [Fact]
    public async Task IMB3103_private_keys_in_every_spelling()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        _image.App.File("app/a.pem", ec.ExportPkcs8PrivateKeyPem())
            .File("app/b.pem", "# comment\n" + ec.ExportECPrivateKeyPem())
            .File("app/c.key", rsa.ExportRSAPrivateKeyPem().ReplaceLineEndings("\r\n"))
            .File("app/d.json", $$"""{"key":"{{ec.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal)}}"}""")
            .File("app/e.pfx", "\0binary")
            .File("app/public.pem", ec.ExportSubjectPublicKeyInfoPem());
        var findings = await FindingsAsync();
        findings.Select(finding => finding.Path).Order(StringComparer.Ordinal).ShouldBe(["app/a.pem", "app/b.pem", "app/c.key", "app/d.json", "app/e.pfx"]);
        findings.ShouldAllBe(finding => finding.Id == "IMB3103");
        findings.Single(finding => finding.Path == "app/b.pem").Line.ShouldBe(2);
    }

    [Fact]
    public async Task IMB3104_tokens_in_files_named_by_line_and_never_shown_N11()
    {
        _image.App.File("app/config.yml", $"a: 1\ntoken: {GitHubToken}\naws: {AwsKey}\n")
            .File("app/app.json", """{"Db":"Server=db;Database=shop;User Id=sa;Password=Tr0ub4dor&3;"}""");
        var findings = await FindingsAsync();
        findings.Select(finding => finding.Subject).Order(StringComparer.Ordinal).ShouldBe(["/app/app.json:1", "/app/config.yml:2", "/app/config.yml:3"]);
        findings.ShouldAllBe(finding => finding.Id == "IMB3104");
        findings.ShouldAllBe(finding => !finding.ToString().Contains("Tr0ub", StringComparison.Ordinal) && !finding.ToString().Contains(GitHubToken, StringComparison.Ordinal) && !finding.ToString().Contains(AwsKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("Server=db;User Id=app;Password={password}")]
    [InlineData("Server=db;User Id=app;Password=your_password")]
    [InlineData("Server=db;User Id=app;Password=****")]
    [InlineData("Server=db;Integrated Security=true")]
    [InlineData("AccountKey=short==")]
    [InlineData("ghp_tooshort")]
    [InlineData("the password=abc in prose")]
    public void Placeholders_are_no_secrets(string text) => SecretPatterns.FindTokens(text).ShouldBeEmpty();

    [Fact]
    public void Every_token_pattern_has_a_marker_that_lets_the_file_be_read()
    {
        string[] samples =
        [
            GitHubToken, AwsKey, "github_pat_" + new string('a', 21) + "B_" + string.Concat(Enumerable.Repeat("aB3dE", 12))[..59], "glpat-" + "abcDEF123456_-abcDEF", "xoxb-" + "123456789012-abcdefABCDEF1234",
            "oy2" + string.Concat(Enumerable.Repeat("abc12", 9))[..43], "AIza" + string.Concat(Enumerable.Repeat("Ab1_-", 7)), "sk_live_" + string.Concat(Enumerable.Repeat("Ab1c", 6)),
            "AccountKey=" + string.Concat(Enumerable.Repeat("Ab+/1", 18))[..86] + "==", "Host=db;Username=app;Password = p4ssw0rd", "server=db;uid=a;pwd=abcd1",
        ];
        foreach (var sample in samples)
        {
            SecretPatterns.FindTokens(sample).ShouldHaveSingleItem(sample);
            SecretPatterns.Markers.Any(sample.Contains).ShouldBeTrue(sample);
        }
    }

    [Fact]
    public async Task IMB3105_secrets_in_the_configuration()
    {
        _image.Run = new RunConfig
        {
            User = "1654",
            Env = ["PATH=/bin", "DB_PASSWORD=hunter22", "API_TOKEN=", "TOKEN_FILE=/run/secrets/t", "SECRET=/run/secrets/s", $"X={GitHubToken}", "JWT_SECRET=${JWT}", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"],
            Labels = OciAnnotations.None.Add("note", $"uses {GitHubToken}"),
        };
        var findings = await FindingsAsync();
        findings.Select(finding => finding.Subject).Order(StringComparer.Ordinal).ShouldBe(["label note", "variable DB_PASSWORD", "variable X"]);
        findings.ShouldAllBe(finding => finding.Id == "IMB3105" && !finding.ToString().Contains("hunter22", StringComparison.Ordinal));
    }

    [Fact]
    public async Task IMB3106_and_IMB3107_own_files_count_each_the_bases_together_and_mildly()
    {
        _image.Base.File("bin/su", "ELF", mode: 0x9ED).File("bin/mount", "ELF", mode: 0x9ED).File("var/log/x", mode: 0x1B6).Entry('5', "tmp", mode: 0x3FF).Symlink("bin/sh", "su");
        _image.App.File("app/helper", "ELF", mode: 0x9ED).File("app/data.txt", mode: 0x1B6);
        var findings = await FindingsAsync();
        findings.Select(finding => (finding.Id, finding.Severity, finding.Subject)).ShouldBe(
        [
            ("IMB3106", FindingSeverity.High, "/app/helper"),
            ("IMB3107", FindingSeverity.Medium, "/app/data.txt"),
            ("IMB3106", FindingSeverity.Low, "base image"),
            ("IMB3107", FindingSeverity.Low, "base image"),
        ]);
    }

    [Theory]
    [InlineData("debian:12", true)]
    [InlineData("debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000", false)]
    public async Task IMB3108_a_base_named_by_tag(string name, bool found)
    {
        _image.Run = new RunConfig { User = "1654", Labels = OciAnnotations.None.Add(OciAnnotations.BaseName, name) };
        (await CodesAsync()).Contains("IMB3108").ShouldBe(found);
    }

    [Fact]
    public async Task L14_names_that_steer_a_terminal_are_made_harmless()
    {
        _image.App.File("app/\u001b[2Jevil\u202etxt.pfx", "\0");
        var finding = (await FindingsAsync()).ShouldHaveSingleItem();
        finding.Subject.ShouldBe("/app/\\u001b[2Jevil\\u202etxt.pfx");
    }

    [Fact]
    public void Long_texts_are_cut() => PrintableText.Of(new string('x', 10_000)).Length.ShouldBeLessThan(310);

    private async Task<string[]> CodesAsync() => [.. (await FindingsAsync()).Select(finding => finding.Id)];

    private async Task<ImmutableArray<Finding>> FindingsAsync() => (await _image.ScanAsync()).Findings;
}

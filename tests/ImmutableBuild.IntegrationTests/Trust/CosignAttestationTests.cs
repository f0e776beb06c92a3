using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.IntegrationTests.Trust;

/// <summary>What we sign and attest before the real cosign, of either version and in either form; docs/trust.md has the table.</summary>
public sealed class CosignAttestationTests : IAsyncLifetime
{
    private const string TrustedRoot = """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""";
    private const string Signature = "https://sigstore.dev/cosign/sign/v1";

    private readonly SmallImage _image = new(("app/Shop", "hello"));
    private DockerRegistry _registry = null!;
    private ReleaseRecord _record = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Reference => $"{_record.Push!.Repository}@{_record.Bake!.Digest}";

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartOrSkipAsync();
        var context = _image.Context(options => options with { Push = new PushOptions { Registry = _registry.Host } });
        _record = (await new PushStage().RunAsync((await new SignStage().RunAsync(_image.Record, context, Token)).Record, context, Token)).Record;
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _image.Dispose();
    }

    [Theory]
    [InlineData(2, "tag", "slsaprovenance1")]
    [InlineData(2, "tag", "cyclonedx")]
    [InlineData(2, "tag", "vuln")]
    [InlineData(2, "bundle", "slsaprovenance1")]
    [InlineData(2, "bundle", "cyclonedx")]
    [InlineData(2, "bundle", "vuln")]
    [InlineData(2, "bundle", Signature)]
    [InlineData(3, "tag", "slsaprovenance1")]
    [InlineData(3, "tag", "cyclonedx")]
    [InlineData(3, "tag", "vuln")]
    [InlineData(3, "bundle", "slsaprovenance1")]
    [InlineData(3, "bundle", "cyclonedx")]
    [InlineData(3, "bundle", "vuln")]
    public async Task Cosign_verifies_each_attestation_by_our_key_and_none_by_another(int major, string form, string type)
    {
        using var cosign = Cosign.FindOrSkip(major);
        await WriteKeysAsync(cosign);
        string[] how = form == "tag" ? (major == 2 ? [] : ["--new-bundle-format=false"]) : ["--new-bundle-format", "--trusted-root", cosign.Inside("root.json")];

        Task<(int ExitCode, string Output)> Verify(string key) => cosign.RunAsync(
            "", ["verify-attestation", "--key", cosign.Inside(key), "--insecure-ignore-tlog=true", "--allow-http-registry", "--type", type, .. how, Reference]);

        var (code, output) = await Verify("ours.pub");
        code.ShouldBe(0, output);
        output.ShouldContain("payload");
        (await Verify("stranger.pub")).ExitCode.ShouldNotBe(0, "another key");
    }

    [Theory]
    [InlineData(2, "tag")]
    [InlineData(3, "bundle")]
    public async Task The_bill_of_materials_that_cosign_verified_names_the_complete_one_in_the_registry(int major, string form)
    {
        using var cosign = Cosign.FindOrSkip(major);
        await WriteKeysAsync(cosign);
        string[] how = form == "tag" ? [] : ["--new-bundle-format", "--trusted-root", cosign.Inside("root.json")];
        var (code, output) = await cosign.RunAsync("", ["verify-attestation", "--key", cosign.Inside("ours.pub"), "--insecure-ignore-tlog=true", "--allow-http-registry", "--type", "cyclonedx", .. how, Reference]);
        code.ShouldBe(0, output);

        using var statement = JsonDocument.Parse(Convert.FromBase64String(Regex.Match(output, "\"payload\": *\"([^\"]+)\"").Groups[1].Value));
        var bom = statement.RootElement.GetProperty("predicate");
        using var http = new HttpClient();
        using var stored = new MemoryStream();
        foreach (var blob in bom.GetProperty("properties").EnumerateArray().Where(property => property.GetProperty("name").GetString() == "immutablebuild:bom:blob"))
        {
            await stored.WriteAsync(await http.GetByteArrayAsync(new Uri($"http://{_registry.Host}/v2/shop/blobs/{blob.GetProperty("value").GetString()}"), Token), Token);
        }

        stored.Position = 0;
        await using var gzip = new GZipStream(stored, CompressionMode.Decompress);
        using var complete = new MemoryStream();
        await gzip.CopyToAsync(complete, Token);

        complete.ToArray().ShouldBe(await File.ReadAllBytesAsync(_record.Scan!.SbomFiles[0], Token));
        Convert.ToHexStringLower(SHA256.HashData(complete.ToArray())).ShouldBe(bom.GetProperty("externalReferences")[0].GetProperty("hashes")[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_copy_has_the_bill_of_materials_where_what_refers_to_the_image_was_copied_too()
    {
        using var oras = Debian13.FindOrSkip("oras");
        using var cosign = Cosign.FindOrSkip(2);
        var tagged = $"{_record.Push!.Repository}:{_record.Push.Tag}";

        var (code, output) = await oras.RunAsync(["cp", "-r", "--from-plain-http", "--to-plain-http", tagged, $"{_registry.Host}/by-oras:1"]);
        code.ShouldBe(0, output);
        (code, output) = await cosign.RunAsync("", "copy", "--allow-http-registry", tagged, $"{_registry.Host}/by-cosign:1");
        code.ShouldBe(0, output);

        (await BillInAsync("by-oras")).Outcome.ShouldBe(VerificationOutcome.Ok);
        (await BillInAsync("by-cosign")).Refusal.ShouldNotBeNull().Code.ShouldBe("IMB4033");
    }

    [Theory]
    [InlineData("bundle")]
    [InlineData("tag")]
    public async Task Cosign_3_verifies_our_signature(string form)
    {
        using var cosign = Cosign.FindOrSkip(3);
        await WriteKeysAsync(cosign);

        Task<(int ExitCode, string Output)> Verify(string key, params string[] more) => cosign.RunAsync(
            "", ["verify", "--key", cosign.Inside(key), "--insecure-ignore-tlog=true", "--allow-http-registry", $"--new-bundle-format={(form == "bundle" ? "true" : "false")}", .. more, Reference]);

        var (code, output) = await Verify("ours.pub", "-a", $"gitSha={_record.Compile.Commit}");
        code.ShouldBe(0, output);
        output.ShouldContain(_record.Bake!.Digest.ToString());
        (await Verify("ours.pub", "-a", $"gitSha={new string('b', 40)}")).ExitCode.ShouldNotBe(0, "another commit");
        (await Verify("stranger.pub")).ExitCode.ShouldNotBe(0, "another key");
    }

    [Theory]
    [InlineData(2, "tag")]
    [InlineData(3, "bundle")]
    [InlineData(3, "tag")]
    public async Task We_verify_what_cosign_signed(int major, string form)
    {
        using var cosign = Cosign.FindOrSkip(major);
        var made = await cosign.RunAsync("pass", "generate-key-pair", "--output-key-prefix", cosign.Inside("theirs"));
        made.ExitCode.ShouldBe(0, made.Output);
        string[] how = major == 2 ? ["--tlog-upload=false"] : [$"--new-bundle-format={(form == "bundle" ? "true" : "false")}", "--use-signing-config=false", "--tlog-upload=false"];
        var signed = await cosign.RunAsync("pass", ["sign", "--yes", "--key", cosign.Inside("theirs.key"), "--allow-http-registry", "-a", $"gitSha={_record.Compile.Commit}", "-a", $"repository={_record.Push!.Repository}", .. how, Reference]);
        signed.ExitCode.ShouldBe(0, signed.Output);

        var context = _image.Context(options => options with { Push = new PushOptions { Registry = _registry.Host }, Sign = new SignOptions { TrustedKeyFiles = [Path.Combine(cosign.Directory, "theirs.pub")] } });
        var report = await new ImageVerifier(context).ReportAsync(_record.App, _record.Compile.Commit, _record.Push.Repository, _record.Bake!.Digest, Token);
        report.Passed.ShouldBeTrue();
        report.Rows.First(row => row.Check == "signature").Detail.ShouldEndWith(form == "bundle" ? "(bundle)" : "(sha256-….sig)");
    }

    private async Task<VerificationRow> BillInAsync(string repository)
    {
        var context = _image.Context(options => options with { Push = new PushOptions { Registry = _registry.Host } });
        var report = await new ImageVerification(context, VerificationPolicy.Strict with { Repository = RepositoryRule.Any })
            .RunAsync(_record.App, _record.Compile.Commit, $"{_registry.Host}/{repository}", _record.Bake!.Digest, isNew: false, Token);
        report.Rows.Single(row => row.Check == "signature").Outcome.ShouldBe(VerificationOutcome.Ok);
        return report.Rows.Single(row => row.Check == "bill of materials");
    }

    private async Task WriteKeysAsync(Cosign cosign)
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "ours.pub"), _record.Sign!.PublicKey, Token);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "stranger.pub"), PublicKey.Of(stranger).Pem, Token);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "root.json"), TrustedRoot, Token);
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;
using Org.BouncyCastle.Crypto.Generators;

namespace ImmutableBuild.Tests.Trust;

public sealed class SigningKeyTests : IDisposable
{
    // Deriving a key costs what scrypt is meant to cost, so the tests share it.
    private static readonly byte[] Salt = RandomNumberGenerator.GetBytes(32);
    private static readonly ConcurrentDictionary<string, byte[]> DerivedKeys = new(StringComparer.Ordinal);

    private readonly ScratchDirectory _scratch = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _scratch.Dispose();
    }

    public static TheoryData<string> PlainForms => ["pkcs8", "sec1", "sec1 after EC PARAMETERS", "pkcs8 encrypted", "cosign", "cosign legacy label"];

    [Theory]
    [MemberData(nameof(PlainForms))]
    public async Task Each_form_of_key_signs_from_a_file(string form)
    {
        var path = WriteKey(Form(form, "pass word"));
        using var signer = SigningKey.Open(StageContexts.Make(_scratch.Path, WithFile(path, "PW"), new() { ["PW"] = "pass word" }));
        var signature = await signer.SignAsync("data"u8.ToArray(), CancellationToken.None);
        PublicKey.Of(_key).Verifies("data"u8, signature).ShouldBeTrue();
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public void A_key_is_read_from_a_variable_by_its_name()
    {
        var context = StageContexts.Make(_scratch.Path, o => o with { Target = "docker", Sign = new SignOptions { KeyVariable = "KEY" } }, new() { ["KEY"] = _key.ExportPkcs8PrivateKeyPem() });
        using var signer = SigningKey.Open(context);
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public void A_variable_that_is_not_set_is_IMB4002() =>
        Refused(o => o with { Sign = new SignOptions { KeyVariable = "KEY" } }).ShouldBe("IMB4002");

    [Fact]
    public void A_file_that_is_not_there_is_IMB4002() => Refused(WithFile(_scratch["none.key"])).ShouldBe("IMB4002");

    [Theory]
    [InlineData("pkcs8 encrypted")]
    [InlineData("cosign")]
    public void S20_a_wrong_password_is_IMB4004(string form)
    {
        var path = WriteKey(Form(form, "pass word"));
        Refused(WithFile(path, "PW"), new() { ["PW"] = "wrong" }).ShouldBe("IMB4004");
        Refused(WithFile(path)).ShouldBe("IMB4004");
    }

    [Theory]
    [InlineData(1 << 30, 8, 1)]
    [InlineData(65536, 8, 2)]
    [InlineData(0, 8, 1)]
    [InlineData(1024, 8, 1)]
    public void S20_scrypt_parameters_cosign_would_not_take_are_IMB4003(int n, int r, int p) =>
        Refused(WithFile(WriteKey(Cosign("", CosignKeyFile.Label, (n, r, p))))).ShouldBe("IMB4003");

    [Fact]
    public void An_empty_password_needs_no_variable()
    {
        using var signer = SigningKey.Open(StageContexts.Make(_scratch.Path, WithFile(WriteKey(Form("cosign", "")))));
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\ne30=\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n")]
    public void Junk_is_IMB4003(string text) => Refused(WithFile(WriteKey(text))).ShouldBe("IMB4003");

    [Fact]
    public void Keys_of_another_kind_or_curve_are_IMB4003()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        Refused(WithFile(WriteKey(p384.ExportPkcs8PrivateKeyPem()))).ShouldBe("IMB4003");
        Refused(WithFile(WriteKey(rsa.ExportPkcs8PrivateKeyPem()))).ShouldBe("IMB4003");
        Refused(WithFile(WriteKey(_key.ExportSubjectPublicKeyInfoPem()))).ShouldBe("IMB4003");
    }

    [Fact]
    public void Only_the_local_target_makes_its_own_key()
    {
        Refused(o => o with { Target = "docker" }).ShouldBe("IMB4001");
        Directory.Exists(_scratch["data"]).ShouldBeFalse();
    }

    [Fact]
    public void The_local_key_is_made_once_private_and_with_its_public_key_beside_it()
    {
        using var first = SigningKey.Open(StageContexts.Make(_scratch.Path));
        using var second = SigningKey.Open(StageContexts.Make(_scratch.Path));
        second.PublicKey.ShouldBe(first.PublicKey);
        var path = LocalKey.PathIn(_scratch["data"]);
        File.ReadAllText(Path.ChangeExtension(path, ".pub")).ShouldBe(first.PublicKey.Pem);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Of_many_that_make_the_local_key_at_once_all_get_the_same()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            using var signer = SigningKey.Open(StageContexts.Make(_scratch.Path));
            return signer.PublicKey.KeyId;
        })));
        keys.Distinct().Count().ShouldBe(1);
        Directory.GetFiles(_scratch["data", "keys"]).Length.ShouldBe(2);
    }

    [Fact]
    public void A_data_directory_that_cannot_be_made_is_IMB4006()
    {
        File.WriteAllText(_scratch["data"], "in the way");
        Refused().ShouldBe("IMB4006");
    }

    [Fact]
    public void A_key_that_others_may_read_warns_and_is_refused_where_protected()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var path = WriteKey(_key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var reporter = new RecordingReporter();
        SigningKey.Open(StageContexts.Make(_scratch.Path, WithFile(path), reporter: reporter)).Dispose();
        reporter.Lines.ShouldBe(["warning IMB4005"]);
        Refused(o => WithFile(path)(o) with { Protected = true }).ShouldBe("IMB4005");
    }

    [Fact]
    public void The_public_key_is_byte_for_byte_what_cosign_writes() =>
        PublicKey.Of(_key).Pem.ShouldBe(_key.ExportSubjectPublicKeyInfoPem() + "\n");

    private string Refused(Func<ImmutableBuild.Releases.ReleaseOptions, ImmutableBuild.Releases.ReleaseOptions>? change = null, Dictionary<string, string>? variables = null) =>
        Should.Throw<ImmutableBuildException>(() => SigningKey.Open(StageContexts.Make(_scratch.Path, change, variables))).Code;

    private static Func<ImmutableBuild.Releases.ReleaseOptions, ImmutableBuild.Releases.ReleaseOptions> WithFile(string path, string? passwordVariable = null) =>
        options => options with { Target = "docker", Sign = new SignOptions { KeyFile = path, KeyPasswordVariable = passwordVariable } };

    private string WriteKey(string text)
    {
        var path = _scratch["signing.key"];
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    private string Form(string form, string password) => form switch
    {
        "pkcs8" => _key.ExportPkcs8PrivateKeyPem(),
        "sec1" => _key.ExportECPrivateKeyPem(),
        "sec1 after EC PARAMETERS" => "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + _key.ExportECPrivateKeyPem(),
        "pkcs8 encrypted" => _key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
        "cosign" => Cosign(password, CosignKeyFile.Label, (32768, 8, 1)),
        "cosign legacy label" => Cosign(password, CosignKeyFile.LegacyLabel, (32768, 8, 1)),
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    private string Cosign(string password, string label, (int N, int R, int P) parameters)
    {
        var nonce = RandomNumberGenerator.GetBytes(24);
        var (salt, key) = (Salt, DerivedKeys.GetOrAdd(password, text => SCrypt.Generate(Encoding.UTF8.GetBytes(text), Salt, 32768, 8, 1, 32)));
        var json = $$"""
            {"kdf":{"name":"scrypt","params":{"N":{{parameters.N}},"r":{{parameters.R}},"p":{{parameters.P}}},"salt":{{JsonSerializer.Serialize(salt)}}},
             "cipher":{"name":"nacl/secretbox","nonce":{{JsonSerializer.Serialize(nonce)}}},"ciphertext":{{JsonSerializer.Serialize(SecretBoxTests.Seal(_key.ExportPkcs8PrivateKey(), key, nonce))}}}
            """;
        return PemEncoding.WriteString(label, Encoding.UTF8.GetBytes(json)) + "\n";
    }
}

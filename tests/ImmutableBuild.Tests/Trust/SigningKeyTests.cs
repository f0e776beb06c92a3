using System.Collections.Concurrent;
using System.Formats.Asn1;
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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        using var signer = await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, WithFile(path, "PW"), new() { ["PW"] = "pass word" }), Token);
        var signature = await signer.SignAsync("data"u8.ToArray(), CancellationToken.None);
        PublicKey.Of(_key).Verifies("data"u8, signature).ShouldBeTrue();
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Theory]
    [MemberData(nameof(PlainForms))]
    public async Task Each_form_of_key_is_read_from_a_variable_by_its_name(string form)
    {
        var sign = new SignOptions { KeyVariable = "KEY", KeyPasswordVariable = "PW" };
        var context = StageContexts.Make(_scratch.Path, o => o with { Target = "docker", Sign = sign }, new() { ["KEY"] = Form(form, "pass word"), ["PW"] = "pass word" });
        using var signer = await SigningKey.OpenAsync(context, Token);
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public async Task A_variable_that_is_not_set_is_IMB4002() =>
        (await RefusedAsync(o => o with { Sign = new SignOptions { KeyVariable = "KEY" } })).ShouldBe("IMB4002");

    [Fact]
    public async Task A_file_that_is_not_there_is_IMB4002() => (await RefusedAsync(WithFile(_scratch["none.key"]))).ShouldBe("IMB4002");

    [Theory]
    [InlineData("pkcs8 encrypted")]
    [InlineData("cosign")]
    public async Task S20_a_wrong_password_is_IMB4004(string form)
    {
        var path = WriteKey(Form(form, "pass word"));
        (await RefusedAsync(WithFile(path, "PW"), new() { ["PW"] = "wrong" })).ShouldBe("IMB4004");
        (await RefusedAsync(WithFile(path))).ShouldBe("IMB4004");
    }

    [Theory]
    [InlineData(1 << 30, 8, 1)]
    [InlineData(65536, 8, 2)]
    [InlineData(0, 8, 1)]
    [InlineData(1024, 8, 1)]
    public async Task S20_scrypt_parameters_cosign_would_not_take_are_IMB4003(int n, int r, int p) =>
        (await RefusedAsync(WithFile(WriteKey(Cosign("", CosignKeyFile.Label, (n, r, p)))))).ShouldBe("IMB4003");

    [Theory]
    [InlineData("2.16.840.1.101.3.4.1.42", 1000, "PBKDF2")]
    [InlineData("1.2.840.113549.1.5.12", EncryptedPkcs8.MostIterations + 1, "iterations")]
    [InlineData("1.2.840.113549.1.5.12", 0, "iterations")]
    public async Task S20_a_PKCS8_key_that_asks_for_another_derivation_or_too_much_of_it_is_IMB4003(string derivation, int iterations, string told)
    {
        var pem = WriteKey(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", EncryptedAs(derivation, iterations)));
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, WithFile(pem, "PW"), new() { ["PW"] = "x" }), Token));
        refusal.Code.ShouldBe("IMB4003");
        refusal.Message.ShouldContain(told);
    }

    [Fact]
    public async Task A_key_that_cosign_made_opens()
    {
        var context = StageContexts.Make(_scratch.Path, WithFile(WriteKey(CosignKeys.Private), "PW"), new() { ["PW"] = CosignKeys.Password });
        using var signer = await SigningKey.OpenAsync(context, Token);
        signer.PublicKey.Pem.ShouldBe(CosignKeys.Public);
    }

    [Fact]
    public async Task A_key_of_a_service_is_opened_there()
    {
        var asked = new List<string>();
        var context = StageContexts.Make(_scratch.Path, o => o with { Target = "docker", Sign = new SignOptions { KmsKey = new KmsKeyReference(null, "alias/web", null) } }) with
        {
            OpenKmsKey = (key, _) =>
            {
                asked.Add(key.ToString());
                return Task.FromResult(PrivateKeyPem.Read(_key.ExportPkcs8PrivateKeyPem(), new("the service", null, null)));
            },
        };
        using var signer = await SigningKey.OpenAsync(context, Token);
        asked.ShouldBe(["awskms:///alias/web"]);
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Fact]
    public async Task An_empty_password_needs_no_variable()
    {
        using var signer = await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, WithFile(WriteKey(Form("cosign", "")))), Token);
        signer.PublicKey.ShouldBe(PublicKey.Of(_key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\ne30=\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n")]
    public async Task Junk_is_IMB4003(string text) => (await RefusedAsync(WithFile(WriteKey(text)))).ShouldBe("IMB4003");

    [Fact]
    public async Task Keys_of_another_kind_or_curve_are_IMB4003()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        (await RefusedAsync(WithFile(WriteKey(p384.ExportPkcs8PrivateKeyPem())))).ShouldBe("IMB4003");
        (await RefusedAsync(WithFile(WriteKey(rsa.ExportPkcs8PrivateKeyPem())))).ShouldBe("IMB4003");
        (await RefusedAsync(WithFile(WriteKey(_key.ExportSubjectPublicKeyInfoPem())))).ShouldBe("IMB4003");
    }

    [Fact]
    public async Task Only_the_local_target_makes_its_own_key()
    {
        (await RefusedAsync(o => o with { Target = "docker" })).ShouldBe("IMB4001");
        Directory.Exists(_scratch["data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_local_key_is_made_once_private_and_with_its_public_key_beside_it()
    {
        using var first = await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path), Token);
        using var second = await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path), Token);
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
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var signer = await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path), Token);
            return signer.PublicKey.KeyId;
        })));
        keys.Distinct().Count().ShouldBe(1);
        Directory.GetFiles(_scratch["data", "keys"]).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_is_IMB4006()
    {
        File.WriteAllText(_scratch["data"], "in the way");
        (await RefusedAsync()).ShouldBe("IMB4006");
    }

    [Fact]
    public async Task A_key_that_others_may_read_warns_and_is_refused_where_protected()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var path = WriteKey(_key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var reporter = new RecordingReporter();
        (await SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, WithFile(path), reporter: reporter), Token)).Dispose();
        reporter.Lines.ShouldBe(["warning IMB4005"]);
        (await RefusedAsync(o => WithFile(path)(o) with { Protected = true })).ShouldBe("IMB4005");
    }

    [Fact]
    public async Task The_public_key_is_byte_for_byte_what_cosign_writes() =>
        PublicKey.Of(_key).Pem.ShouldBe(_key.ExportSubjectPublicKeyInfoPem() + "\n");

    private async Task<string> RefusedAsync(Func<ImmutableBuild.Releases.ReleaseOptions, ImmutableBuild.Releases.ReleaseOptions>? change = null, Dictionary<string, string>? variables = null) =>
        (await Should.ThrowAsync<ImmutableBuildException>(SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, change, variables), Token))).Code;

    private static Func<ImmutableBuild.Releases.ReleaseOptions, ImmutableBuild.Releases.ReleaseOptions> WithFile(string path, string? passwordVariable = null) =>
        options => options with { Target = "docker", Sign = new SignOptions { KeyFile = path, KeyPasswordVariable = passwordVariable } };

    // EncryptedPrivateKeyInfo of RFC 5958, with nothing in it that could be opened.
    private static byte[] EncryptedAs(string derivation, int iterations)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(derivation);
                    using (writer.PushSequence())
                    {
                        writer.WriteOctetString(Salt);
                        writer.WriteInteger(iterations);
                    }
                }
            }

            writer.WriteOctetString([1, 2, 3]);
        }

        return writer.Encode();
    }

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
             "cipher":{"name":"nacl/secretbox","nonce":{{JsonSerializer.Serialize(nonce)}}},"ciphertext":{{JsonSerializer.Serialize(SecretBox.Seal(_key.ExportPkcs8PrivateKey(), key, nonce))}}}
            """;
        return PemEncoding.WriteString(label, Encoding.UTF8.GetBytes(json)) + "\n";
    }
}

using ImmutableBuild.Errors;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tests.Trust.Keys;

public sealed class NewKeyTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(KeyFormat.Cosign, "ENCRYPTED SIGSTORE PRIVATE KEY")]
    [InlineData(KeyFormat.Pkcs8, "ENCRYPTED PRIVATE KEY")]
    public async Task A_new_key_signs_with_its_password_alone(KeyFormat format, string label)
    {
        var made = NewKey.Make(_scratch["signing"], format, "pass word");

        made.PrivateFile.ShouldBe(_scratch["signing.key"]);
        (await File.ReadAllTextAsync(made.PrivateFile, TestContext.Current.CancellationToken)).ShouldStartWith($"-----BEGIN {label}-----\n");
        (await File.ReadAllTextAsync(made.PublicFile, TestContext.Current.CancellationToken)).ShouldBe(made.PublicKey.Pem);
        using var signer = await OpenAsync(made.PrivateFile, "pass word");
        var signature = await signer.SignAsync("data"u8.ToArray(), TestContext.Current.CancellationToken);
        made.PublicKey.Verifies("data"u8, signature).ShouldBeTrue();
        (await Should.ThrowAsync<ImmutableBuildException>(OpenAsync(made.PrivateFile, "pass words"))).Code.ShouldBe("IMB4004");
    }

    [Fact]
    public async Task An_empty_password_is_one_for_cosign()
    {
        var made = NewKey.Make(_scratch["signing"], KeyFormat.Cosign, "");

        using var signer = await OpenAsync(made.PrivateFile, null);
        signer.PublicKey.ShouldBe(made.PublicKey);
    }

    [Fact]
    public void Only_its_owner_may_read_the_private_key_and_nothing_else_is_left()
    {
        var made = NewKey.Make(_scratch["signing"], KeyFormat.Pkcs8, "pass word");

        Directory.GetFiles(_scratch.Path).Order().ShouldBe([made.PrivateFile, made.PublicFile]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(made.PrivateFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Theory]
    [InlineData("signing.key")]
    [InlineData("signing.pub")]
    public void A_file_that_is_there_is_never_overwritten(string name)
    {
        File.WriteAllText(_scratch[name], "there before");

        Should.Throw<ImmutableBuildException>(() => NewKey.Make(_scratch["signing"], KeyFormat.Pkcs8, "pass word")).Code.ShouldBe("IMB4027");

        File.ReadAllText(_scratch[name]).ShouldBe("there before");
        Directory.GetFiles(_scratch.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_directory_that_is_not_there_is_IMB4027() =>
        Should.Throw<ImmutableBuildException>(() => NewKey.Make(_scratch["none", "signing"], KeyFormat.Pkcs8, "pass word")).Code.ShouldBe("IMB4027");

    private Task<ISigner> OpenAsync(string path, string? password)
    {
        var sign = new SignOptions { KeyFile = path, KeyPasswordVariable = password is null ? null : "PW" };
        return SigningKey.OpenAsync(StageContexts.Make(_scratch.Path, options => options with { Sign = sign }, new() { ["PW"] = password ?? "" }), TestContext.Current.CancellationToken);
    }
}

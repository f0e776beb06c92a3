using System.Collections.Immutable;
using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Tests.Scanning;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Trust;

/// <summary>Keys come and go; what an image's signature is worth follows the list of trusted keys and this machine's clock.</summary>
public sealed class TrustedKeysTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = StageContexts.Now;

    private readonly ScannedImage _image = new();
    private ReleaseRecord _signed = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        WriteKey("old");
        WriteKey("new");
        WriteKey("other");
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Sign = new SignOptions { KeyFile = _image.Scratch["old.key"] } });
        var signed = await new SignStage().RunAsync(_image.WriteScanned(), context, Token);
        _signed = (await new PushStage().RunAsync(signed.Record, context, Token)).Record;
    }

    public ValueTask DisposeAsync()
    {
        _image.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Any_of_several_keys_will_do() => await VerifyAsync(List(Entry("new"), Entry("old")));

    [Fact]
    public async Task Keys_and_lists_can_be_named_together() => await VerifyAsync(_image.Scratch["new.pub"], List(Entry("old")));

    [Fact]
    public async Task A_key_is_believed_from_the_first_to_the_last_second_of_its_time()
    {
        await VerifyAsync(List(Entry("old", notBefore: Now, notAfter: Now.AddYears(1))));
        await VerifyAsync(List(Entry("old", notBefore: Now.AddYears(-1), notAfter: Now)));
    }

    [Fact]
    public async Task What_an_expired_key_signed_is_refused_and_the_error_says_so()
    {
        var refusal = await RefusedAsync(List(Entry("new"), Entry("old", notAfter: Now.AddSeconds(-1))));
        refusal.Code.ShouldBe("IMB4020");
        refusal.Message.ShouldContain("was believed until 2026-11-21T07:59:59Z; it is 2026-11-21T08:00:00Z");
        refusal.Message.ShouldContain("old.pub");
    }

    [Fact]
    public async Task What_a_key_signed_before_its_time_is_refused_and_the_error_says_so()
    {
        var refusal = await RefusedAsync(List(Entry("new"), Entry("old", notBefore: Now.AddSeconds(1))));
        refusal.Code.ShouldBe("IMB4021");
        refusal.Message.ShouldContain("is believed from 2026-11-21T08:00:01Z on");
    }

    [Fact]
    public async Task What_a_revoked_key_signed_is_refused_whatever_else_lists_it()
    {
        var refusal = await RefusedAsync(_image.Scratch["old.pub"], List(Entry("old", notAfter: Now.AddYears(1), revoked: "stolen\u001b[2J")));
        refusal.Code.ShouldBe("IMB4022");
        refusal.Message.ShouldContain("is revoked: stolen\\u001b[2J.");
    }

    [Fact]
    public async Task A_key_listed_for_two_times_is_believed_in_both() =>
        await VerifyAsync(List(Entry("old", notAfter: Now.AddDays(-9)), Entry("old", notBefore: Now.AddDays(-1))));

    [Fact]
    public async Task An_expired_key_explains_nothing_that_another_key_signed() =>
        (await RefusedAsync(List(Entry("new"), Entry("other", notAfter: Now.AddDays(-1))))).Code.ShouldBe("IMB4010");

    [Fact]
    public async Task Signed_again_with_the_new_key_an_image_outlives_the_old_one()
    {
        var list = List(Entry("new"), Entry("old", notAfter: Now.AddDays(-1)));
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Sign = new SignOptions { KeyFile = _image.Scratch["new.key"], TrustedKeyFiles = [list] } });
        var again = await new SignStage().RunAsync(_signed, context, Token);
        await new PushStage().RunAsync(again.Record, context, Token);

        await VerifyAsync(list);
    }

    [Theory]
    [InlineData(-9, -1, null, "IMB4020")]
    [InlineData(1, 9, null, "IMB4021")]
    [InlineData(-9, 9, "stolen", "IMB4022")]
    public async Task A_release_refuses_to_sign_with_a_key_that_nobody_would_believe(int from, int until, string? revoked, string code)
    {
        var list = List(Entry("new"), Entry("old", Now.AddDays(from), Now.AddDays(until), revoked));
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Sign = new SignOptions { KeyFile = _image.Scratch["old.key"], TrustedKeyFiles = [list] } });

        (await Should.ThrowAsync<ImmutableBuildException>(SigningKey.OpenAsync(context, Token))).Code.ShouldBe(code);
    }

    private static string Entry(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, string? revoked = null) =>
        System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["file"] = $"{name}.pub",
            ["notBefore"] = notBefore?.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["notAfter"] = notAfter?.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["revoked"] = revoked,
        });

    private string List(params string[] entries)
    {
        var path = _image.Scratch["trusted.json"];
        File.WriteAllText(path, $$"""{ "schema": 1, "keys": [ {{string.Join(", ", entries)}} ] }""");
        return path;
    }

    private void WriteKey(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_image.Scratch[$"{name}.key"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_image.Scratch[$"{name}.pub"], PublicKey.Of(key).Pem);
    }

    private async Task<ImmutableBuildException> RefusedAsync(params ImmutableArray<string> trusted) => await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync(trusted));

    private Task VerifyAsync(params ImmutableArray<string> trusted)
    {
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Sign = new SignOptions { TrustedKeyFiles = trusted } });
        return new ImageVerifier(context).VerifyAsync(context.Options.App, _signed.Compile.Commit, _signed.Push!.Repository, _signed.Bake!.Digest, Token);
    }
}

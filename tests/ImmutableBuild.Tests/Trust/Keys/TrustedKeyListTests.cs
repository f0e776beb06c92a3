using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tests.Trust.Keys;

public sealed class TrustedKeyListTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly PublicKey _key = CosignKey();

    public TrustedKeyListTests()
    {
        Directory.CreateDirectory(_scratch["keys"]);
        File.WriteAllText(_scratch["keys", "2026.pub"], _key.Pem);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Keys_are_named_relative_to_the_list_and_have_times_with_their_offset()
    {
        var keys = Read("""
            { "schema": 1, "keys": [
              { "file": "keys/2026.pub", "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2027-01-31T01:00:00+01:00" },
              { "file": "keys/2026.pub", "revoked": "lost with a laptop" }
            ] }
            """);

        keys.Length.ShouldBe(2);
        keys[0].ShouldBe(new TrustedKey(_key, keys[0].Origin)
        {
            NotBefore = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            NotAfter = new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero),
        });
        keys[0].Origin.ShouldContain("keys/2026.pub");
        (keys[1].NotBefore, keys[1].NotAfter, keys[1].Revoked).ShouldBe((null, null, "lost with a laptop"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "keys": [ { "file": "keys/2026.pub" } ] }""")]
    [InlineData("""{ "schema": 2, "keys": [ { "file": "keys/2026.pub" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [] }""")]
    [InlineData("""{ "schema": 1, "keys": null }""")]
    [InlineData("""{ "schema": 1, "keys": [ null ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": null } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notafter": "2027-01-31T00:00:00Z" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notAfter": "2027-01-31" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notAfter": "2027-01-31T00:00:00" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notAfter": "soon" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notBefore": "2027-01-01T00:00:00Z", "notAfter": "2026-01-01T00:00:00Z" } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "revoked": " " } ] }""")]
    [InlineData("""{ "schema": 1, "keys": [ { "file": "keys/2026.pub", "notAfter": "2026-01-01T00:00:00Z", "notAfter": "2099-01-01T00:00:00Z" } ] }""")]
    public void What_could_be_misread_is_IMB4023(string json) => Refused(json).ShouldBe("IMB4023");

    [Fact]
    public void A_key_that_is_not_there_is_IMB4002_and_one_that_is_none_IMB4003()
    {
        Refused("""{ "schema": 1, "keys": [ { "file": "keys/none.pub" } ] }""").ShouldBe("IMB4002");
        File.WriteAllText(_scratch["keys", "junk.pub"], "junk");
        Refused("""{ "schema": 1, "keys": [ { "file": "keys/junk.pub" } ] }""").ShouldBe("IMB4003");
    }

    [Fact]
    public void A_list_is_of_bounded_length()
    {
        var entries = string.Join(',', Enumerable.Repeat("""{ "file": "keys/2026.pub" }""", 101));
        Refused($$"""{ "schema": 1, "keys": [ {{entries}} ] }""").ShouldBe("IMB4023");
        Refused(new string(' ', 65 * 1024)).ShouldBe("IMB4003");
    }

    private static PublicKey CosignKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PublicKey.Of(key);
    }

    private TrustedKey[] Read(string json)
    {
        File.WriteAllText(_scratch["trusted.json"], json);
        return [.. TrustedKeyList.Read(_scratch["trusted.json"])];
    }

    private string Refused(string json) => Should.Throw<ImmutableBuildException>(() => Read(json)).Code;
}

using System.Text.Json;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images;

public sealed class DigestTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_digest_is_its_algorithm_and_64_lower_case_digits() => Digest.Parse($"sha256:{Hex}").ShouldBe(Digest.Of([]));

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData(Hex)]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85\n")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("sha256:٣3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void R11_anything_else_is_none(string text)
    {
        Digest.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => Digest.Parse(text));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Digest>(JsonSerializer.Serialize(text)));
    }
}

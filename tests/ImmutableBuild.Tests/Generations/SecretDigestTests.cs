using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Generations;

public sealed class SecretDigestTests
{
    /// <summary>As Python has it: <c>hashlib.pbkdf2_hmac('sha256', value, salt, 100000)</c>.</summary>
    [Fact]
    public void It_is_what_the_standard_makes_of_the_value() =>
        SecretDigest.Of(new AppKey("shop", "production"), "DB_PASSWORD", "pässword").ToString()
            .ShouldBe("sha256:589dcf2059ec857b71fd802d3b1786facb1024540d26deddc32fd6cfd9ac3a5c");
}

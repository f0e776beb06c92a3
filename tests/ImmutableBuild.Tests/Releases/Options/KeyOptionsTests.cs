using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tests.Releases.Options;

public sealed class KeyOptionsTests
{
    [Fact]
    public void Keys_are_named_by_file_by_variable_or_in_KMS()
    {
        var trusted = Parse(("ImmutableKeyFile", "signing.key"), ("ImmutableTrustedKeys", "keys/a.pub;trusted.json")).Sign;
        trusted.KeyFile.ShouldBe(Path.Combine(Path.GetTempPath(), "signing.key"));
        trusted.TrustedKeyFiles.ShouldBe([Path.Combine(Path.GetTempPath(), "keys", "a.pub"), Path.Combine(Path.GetTempPath(), "trusted.json")]);

        Parse(("ImmutableKeyVariable", "KEY"), ("ImmutableKeyPasswordVariable", "PW")).Sign.KeyVariable.ShouldBe("KEY");
        Parse(("ImmutableKmsKey", "awskms:///alias/web")).Sign.KmsKey.ShouldBe(new KmsKeyReference(null, "alias/web", null));
    }

    [Fact]
    public void Without_a_key_the_job_signs_by_its_identity()
    {
        var options = Parse(("ImmutableKeyless", "true"), ("ImmutableSigningConfig", "services.json"), ("ImmutableTrustedRoot", "trusted_root.json"));
        options.Sign.Keyless.ShouldBeTrue();
        options.Sign.SigningConfig.ShouldBe(Path.Combine(Path.GetTempPath(), "services.json"));
        options.Verify.TrustedRoot.ShouldBe(Path.Combine(Path.GetTempPath(), "trusted_root.json"));
    }

    [Theory]
    [InlineData("ImmutableKeyFile", "ImmutableKeyVariable")]
    [InlineData("ImmutableKeyFile", "ImmutableKmsKey")]
    [InlineData("ImmutableKeyVariable", "ImmutableKmsKey")]
    [InlineData("ImmutableKeyFile", "ImmutableKeyless")]
    [InlineData("ImmutableKmsKey", "ImmutableKeyless")]
    public void Only_one_key_signs(string one, string other) =>
        Code((one, Value(one)), (other, Value(other))).ShouldBe("IMB1004");

    [Theory]
    [InlineData("alias/web")]
    [InlineData("awskms:///web")]
    [InlineData("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    public void What_is_no_key_of_KMS_is_IMB1001(string text) => Code(("ImmutableKmsKey", text)).ShouldBe("IMB1001");

    private static string Value(string option) => option == "ImmutableKmsKey" ? "awskms:///alias/web" : option == "ImmutableKeyless" ? "true" : "KEY";

    private static ReleaseOptions Parse(params (string Name, string Value)[] properties) => ReleaseOptionsParser.Parse(new RawOptions
    {
        Project = new ProjectFacts("Shop.Web", Path.GetTempPath(), ListensOnHttp: true),
        Properties = properties.ToImmutableDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    });

    private static string Code(params (string Name, string Value)[] properties) => Should.Throw<ImmutableBuildException>(() => Parse(properties)).Code;
}

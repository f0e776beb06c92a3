using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tests.Trust.Keys;

public sealed class KmsKeyReferenceTests
{
    private const string Id = "1234abcd-12ab-34cd-56ef-1234567890ab";

    [Theory]
    [InlineData("awskms:///alias/web-signing", null, "alias/web-signing", null)]
    [InlineData($"awskms:///{Id}", null, Id, null)]
    [InlineData("awskms:///mrk-1234abcd12ab34cd56ef1234567890ab", null, "mrk-1234abcd12ab34cd56ef1234567890ab", null)]
    [InlineData($"awskms:///arn:aws:kms:eu-central-1:111122223333:key/{Id}", null, $"arn:aws:kms:eu-central-1:111122223333:key/{Id}", "eu-central-1")]
    [InlineData("awskms:///arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a/b_c", null, "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a/b_c", "us-gov-west-1")]
    [InlineData("awskms://localhost:4566/alias/web", "localhost:4566", "alias/web", null)]
    [InlineData("awskms://vpce-1.kms.eu-west-1.vpce.amazonaws.com/alias/web", "vpce-1.kms.eu-west-1.vpce.amazonaws.com", "alias/web", null)]
    public void A_key_is_named_as_cosign_names_it(string text, string? host, string key, string? region)
    {
        KmsKeyReference.TryParse(text, out var reference).ShouldBeTrue();

        reference.ShouldBe(new KmsKeyReference(host, key, region));
        reference.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("awskms://")]
    [InlineData("awskms:///")]
    [InlineData("awskms:///web-signing")]
    [InlineData("awskms:///alias/")]
    [InlineData("awskms:///alias/web signing")]
    [InlineData("awskms:///alias/web\n")]
    [InlineData("awskms://alias/web")]
    [InlineData("awskms://user@host/alias/web")]
    [InlineData("awskms:///arn:aws:s3:eu-central-1:111122223333:alias/web")]
    [InlineData("awskms:///1234ABCD")]
    [InlineData("gcpkms://projects/p")]
    [InlineData("signing.key")]
    public void Anything_else_is_no_reference(string text) => KmsKeyReference.TryParse(text, out _).ShouldBeFalse();
}

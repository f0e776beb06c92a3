using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

public sealed class ImageReferenceTests
{
    private const string Sha = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("debian", "docker.io", "library/debian", null, null)]
    [InlineData("me/app:1.0", "docker.io", "me/app", "1.0", null)]
    [InlineData("mcr.microsoft.com/dotnet/aspnet:10.0", "mcr.microsoft.com", "dotnet/aspnet", "10.0", null)]
    [InlineData("localhost:5000/app", "localhost:5000", "app", null, null)]
    [InlineData("localhost/app:x", "localhost", "app", "x", null)]
    [InlineData("[::1]:5000/app:x", "[::1]:5000", "app", "x", null)]
    [InlineData("ghcr.io/a/b_c/d-e.f@" + Sha, "ghcr.io", "a/b_c/d-e.f", null, Sha)]
    [InlineData("app:v1@" + Sha, "docker.io", "library/app", "v1", Sha)]
    public void References_are_parsed_as_docker_does(string text, string host, string repository, string? tag, string? digest)
    {
        var reference = ImageReference.Parse(text);

        (reference.Host, reference.Repository, reference.Tag, reference.Digest?.ToString()).ShouldBe((host, repository, tag, digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("App")]
    [InlineData("/app")]
    [InlineData("app/")]
    [InlineData("app:")]
    [InlineData("app:-x")]
    [InlineData("a//b")]
    [InlineData("../etc/passwd")]
    [InlineData("host:5000/../x")]
    [InlineData("user@host/app")]
    [InlineData("app@sha256:short")]
    [InlineData("app@SHA256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("app@sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("app@sha256:../../blobs")]
    [InlineData("app@sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("http://host/app")]
    [InlineData("host.io/app?x=1")]
    [InlineData("host.io/app\n")]
    [InlineData("-host.io/app")]
    public void Others_are_refused(string text)
    {
        ImageReference.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<ImmutableBuild.Errors.ImmutableBuildException>(() => ImageReference.Parse(text)).Code.ShouldBe("IMB5001");
    }

    [Fact]
    public void A_reference_of_any_length_is_bounded() => ImageReference.TryParse(new string('a', 600), out _).ShouldBeFalse();

    [Theory]
    [InlineData("app", true)]
    [InlineData("app:latest", true)]
    [InlineData("app:1", false)]
    [InlineData("app:latest@" + Sha, false)]
    [Trait("Fault", "F35")]
    public void What_floats_is_known(string text, bool floats) => ImageReference.Parse(text).IsFloating.ShouldBe(floats);

    [Fact]
    public void What_is_parsed_prints_as_something_that_parses_to_the_same()
    {
        var part = Gen.Elements("a", "ab", "a-b", "a.b", "a_b", "9");
        var references =
            from host in Gen.Elements("", "localhost/", "h.io/", "h:80/")
            from path in Gen.ArrayOf(part, 5)
            from tag in Gen.Elements("", ":1", ":latest", ":A_b.c-d")
            from digest in Gen.Elements("", "@" + Sha)
            select host + string.Join('/', path) + tag + digest;

        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(references.ToArbitrary(), text =>
        {
            var parsed = ImageReference.Parse(text);
            return ImageReference.Parse(parsed.ToString()) == parsed;
        }));
    }

    [Fact]
    public void No_text_makes_the_parser_fail_otherwise_than_by_saying_no() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
            !ImageReference.TryParse(text, out var reference) || (ImageReference.IsHost(reference.Host) && ImageReference.IsRepository(reference.Repository))));
}

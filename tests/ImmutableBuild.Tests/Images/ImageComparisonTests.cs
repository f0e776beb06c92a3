using ImmutableBuild.Images;
using ImmutableBuild.Images.Comparing;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Tests.Images.Contents;

namespace ImmutableBuild.Tests.Images;

public sealed class ImageComparisonTests : IDisposable
{
    private static readonly RunConfig Run = new() { User = "1654", WorkingDir = "/app" };

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _one;
    private readonly OciLayout _other;

    public ImageComparisonTests() => (_one, _other) = (OciLayout.OpenOrCreate(_directory["one"]), OciLayout.OpenOrCreate(_directory["other"]));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_same_image_differs_nowhere() =>
        (await CompareAsync(tar => tar.File("a", "x"), tar => tar.File("a", "x"))).ShouldBeNull();

    [Fact]
    public async Task The_first_file_is_named_with_the_bytes() =>
        (await CompareAsync(tar => tar.File("same", "s").File("app/Web.dll", "0123456789").File("later", "1"), tar => tar.File("same", "s").File("app/Web.dll", "01x34y6789").File("later", "2")))
            .ShouldBe("layer 1 (unnamed): app/Web.dll, bytes 2 to 5 (of 10 in one, 10 in the other)");

    [Fact]
    public async Task A_longer_file_differs_to_its_end() =>
        (await CompareAsync(tar => tar.File("a", "01"), tar => tar.File("a", "0123"))).ShouldBe("layer 1 (unnamed): a, bytes 2 to 3 (of 2 in one, 4 in the other)");

    [Fact]
    public async Task A_file_that_only_one_has_is_named() =>
        (await CompareAsync(tar => tar.File("a", "x"), tar => tar.File("a", "x").File("b", "x"))).ShouldBe("layer 1 (unnamed): only one has b");

    [Fact]
    public async Task Another_order_is_a_difference() =>
        (await CompareAsync(tar => tar.File("a", "x").File("b", "x"), tar => tar.File("b", "x").File("a", "x"))).ShouldBe("layer 1 (unnamed): a in one is where b is in the other");

    [Fact]
    public async Task The_same_archive_may_be_compressed_otherwise()
    {
        var tar = new RawTar().File("a", new string('x', 10_000)).End();
        var one = TestImage.Write(_one, Run, (TestImage.Gzip(tar), Digest.Of(tar)));
        var slow = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(slow, System.IO.Compression.CompressionLevel.SmallestSize))
        {
            gzip.Write(tar);
        }

        var other = TestImage.Write(_other, Run, (slow.ToArray(), Digest.Of(tar)));

        (await new ImageComparison(_one, _other).FindAsync(one.Digest, other.Digest, TestContext.Current.CancellationToken)).ShouldBe("layer 1 (unnamed): the same files, compressed otherwise");
    }

    [Fact]
    public async Task A_configuration_differs_by_its_bytes() =>
        (await CompareAsync(tar => tar.File("a", "x"), tar => tar.File("a", "x"), Run with { WorkingDir = "/apq" })).ShouldNotBeNull().ShouldStartWith("the configuration, bytes ");

    private async Task<string?> CompareAsync(Func<RawTar, RawTar> one, Func<RawTar, RawTar> other, RunConfig? otherRun = null)
    {
        var (tar, otherTar) = (one(new RawTar()).End(), other(new RawTar()).End());
        var image = TestImage.Write(_one, Run, (TestImage.Gzip(tar), Digest.Of(tar)));
        var otherImage = TestImage.Write(_other, otherRun ?? Run, (TestImage.Gzip(otherTar), Digest.Of(otherTar)));
        return await new ImageComparison(_one, _other).FindAsync(image.Digest, otherImage.Digest, TestContext.Current.CancellationToken);
    }
}

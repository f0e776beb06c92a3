using System.Text;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Tests.Scanning.Packages;

public sealed class SingleFileBundleTests
{
    [Theory]
    [InlineData(70_000)]
    [InlineData(4_096)]
    public void The_deps_json_comes_out_of_the_executable(int signatureAt) => Find(BundleBytes.Make("""{"a":1}""", signatureAt)).ShouldBe("""{"a":1}""");

    [Fact]
    public void The_signature_is_found_across_the_border_of_two_reads()
    {
        for (var shift = 0; shift < 80; shift += 7)
        {
            Find(BundleAt((1024 * 1024) - shift)).ShouldBe("{}", $"{shift} bytes before the border");
        }
    }

    [Fact]
    public void Other_programs_are_no_bundles()
    {
        Find("\u007fELF"u8.ToArray()).ShouldBeNull();
        Find([]).ShouldBeNull();
        Find(Encoding.UTF8.GetBytes("#!/bin/sh\n")).ShouldBeNull();
        Find(BundleBytes.Make("{}", offset: 0, length: 0)).ShouldBeNull("a publish without a deps.json leaves an empty place for it");
        var template = BundleBytes.Make("{}");
        template.AsSpan(70_000 - 8, 8).Clear();
        Find(template).ShouldBeNull("the host of the SDK, before anything was bundled");
    }

    [Theory]
    [InlineData(1, null, null)]
    [InlineData(6, -1L, 2L)]
    [InlineData(6, 1L, long.MaxValue)]
    [InlineData(6, long.MaxValue, 2L)]
    [InlineData(6, 100_000L, 17_000_000L)]
    public void A_manifest_that_cannot_be_is_refused(uint version, long? offset, long? length) =>
        Should.Throw<FormatException>(() => Find(BundleBytes.Make("{}", version: version, offset: offset, length: length)));

    [Fact]
    public void A_manifest_past_the_end_is_refused() => Should.Throw<FormatException>(() => Find(BundleBytes.Make("{}")[..BundleBytes.HostLength]));

    private static byte[] BundleAt(int signatureAt)
    {
        var bundle = BundleBytes.Make("{}");
        var moved = new byte[bundle.Length + (2 * 1024 * 1024)];
        bundle.CopyTo(moved, 0);
        bundle.AsSpan(70_000 - 8, 40).CopyTo(moved.AsSpan(signatureAt - 8));
        moved.AsSpan(70_000 - 8, 40).Clear();
        return moved;
    }

    private static string? Find(byte[] file) => SingleFileBundle.FindDepsJson(new MemoryStream(file)) is { } json ? Encoding.UTF8.GetString(json) : null;
}

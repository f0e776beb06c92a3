using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Tests.Scanning.Packages;

public sealed class LicenseTests
{
    [Theory]
    [InlineData("MIT")]
    [InlineData("Apache-2.0 OR MIT")]
    [InlineData("(GPL-2.0-only WITH Classpath-exception-2.0) AND (MIT OR BSD-3-Clause)")]
    [InlineData("GPL-2.0+")]
    [InlineData(" curl ")]
    public void An_SPDX_expression(string text) => License.Of(text).ShouldBe(new License(text.Trim(), IsExpression: true));

    [Theory]
    [InlineData("MIT and BSD")]
    [InlineData("MIT BSD-3-Clause")]
    [InlineData("MIT AND")]
    [InlineData("AND MIT")]
    [InlineData("(MIT")]
    [InlineData("MIT)")]
    [InlineData("()")]
    [InlineData("https://example.com/license")]
    [InlineData("custom")]
    [InlineData("MIT OR custom")]
    [InlineData("See the file")]
    public void Anything_else_is_a_name(string text) => License.Of(text).ShouldBe(new License(text, IsExpression: false));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    public void Nothing_is_none(string? text) => License.Of(text).ShouldBeNull();

    [Fact]
    public void A_text_without_an_end_is_cut() => License.Of(new string('M', 10_000))!.Text.Length.ShouldBe(1_000);
}

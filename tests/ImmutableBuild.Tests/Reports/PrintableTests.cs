using ImmutableBuild.Reports;

namespace ImmutableBuild.Tests.Reports;

public sealed class PrintableTests
{
    [Fact]
    public void A_line_stays_one_line_without_escapes() =>
        Printable.Line("a\u001b[31mb\r\nc\td\u0007\u202Ee").ShouldBe("a\uFFFD[31mb  c d\uFFFD\uFFFDe");

    [Fact]
    public void A_block_keeps_its_lines_and_tabs() =>
        Printable.Block("a\r\n\tb\u009b2Jc").ShouldBe("a\n\tb\uFFFD2Jc");
}

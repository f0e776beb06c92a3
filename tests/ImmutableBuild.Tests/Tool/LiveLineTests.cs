using ImmutableBuild.Tool.Output;

namespace ImmutableBuild.Tests.Tool;

public sealed class LiveLineTests
{
    [Fact]
    public async Task What_is_at_work_stays_below_the_lines_that_are_written_and_is_gone_at_the_end()
    {
        var terminal = new StringWriter();
        await using (var live = new LiveLine(TextWriter.Synchronized(terminal), "Bake…", TimeProvider.System))
        {
            live.Above(() => terminal.Write("  Bake  done\n"));
            live.Begin("Scan…");
            live.Above(() => terminal.Write("  Scan  done\n"));
        }

        var rows = terminal.ToString().Split('\n');
        rows.Length.ShouldBe(3);
        rows[0].ShouldEndWith("\r\u001b[2K  Bake  done");
        rows[1].ShouldContain("Scan…");
        rows[1].ShouldEndWith("\r\u001b[2K  Scan  done");
        rows[2].ShouldEndWith("\r\u001b[2K");
    }

    [Fact]
    public async Task A_terminal_that_is_gone_ends_nothing()
    {
        await using var live = new LiveLine(new GoneTerminal(), "Bake…", TimeProvider.System);

        Should.NotThrow(() => live.Begin("Scan…"));
    }

    private sealed class GoneTerminal : StringWriter
    {
        public override void Write(string? value) => throw new IOException("Input/output error");
    }
}

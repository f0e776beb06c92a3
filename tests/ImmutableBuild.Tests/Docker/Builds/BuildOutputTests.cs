using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Builds;

namespace ImmutableBuild.Tests.Docker.Builds;

public sealed class BuildOutputTests
{
    private readonly List<string> _said = [];
    private readonly BuildOutput _output;

    public BuildOutputTests() => _output = new BuildOutput(_said.Add);

    [Fact]
    public void Pieces_become_lines_without_colours_and_harmless_to_a_terminal()
    {
        Stream("Step 1/2 : FROM base", "\n", " ---> 1234\n", "one ", "line\r\n", "\u001b[91mwarning\n\u001b[0m", "a\u0007b\n", "unfinished");
        _output.End();

        _said.ShouldBe(["Step 1/2 : FROM base", " ---> 1234", "one line", "warning", "a\\u0007b", "unfinished"]);
    }

    [Fact]
    public void The_step_and_what_it_said_last_are_known()
    {
        Stream("Step 1/3 : FROM base\n", "of the first\n", "Step 2/3 : RUN make all\n");
        for (var i = 0; i < 100; i++)
        {
            Stream($"line {i}\n");
        }

        _output.Step.ShouldBe("RUN make all");
        _output.LastLines.ShouldBe(Enumerable.Range(85, 15).Select(i => $"line {i}"));
    }

    [Fact]
    public void The_image_is_the_one_that_was_named_last()
    {
        _output.Image.ShouldBeNull();
        _output.Report(new JSONMessage { Aux = new BuiltImage("sha256:first-stage") });
        _output.Report(new JSONMessage { Aux = new BuiltImage("sha256:last-stage") });
        Stream("Successfully built 1234\n");

        _output.Image.ShouldBe("sha256:last-stage");
    }

    [Fact]
    public void A_pull_is_told_without_its_progress_bars()
    {
        _output.Report(new JSONMessage { Status = "Pulling from library/perl", ID = "5" });
        _output.Report(new JSONMessage { Status = "Downloading", ID = "abc", Progress = new JSONProgress(1, 2) });

        _said.ShouldBe(["5: Pulling from library/perl"]);
    }

    [Fact]
    public void A_line_without_an_end_is_cut()
    {
        Stream(new string('x', 100_000));

        _said.Count.ShouldBe(100_000 / 4096);
    }

    private void Stream(params string[] texts)
    {
        foreach (var text in texts)
        {
            _output.Report(new JSONMessage { Stream = text });
        }
    }
}

using System.Text;
using ImmutableBuild.OtherPrograms;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.Processes;

namespace ImmutableBuild.Tests.OtherPrograms;

public sealed class ProgramRunTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_program_that_is_still_open_for_writing_is_run_once_it_is_closed()
    {
        ShellScript.Write(_directory["program"], "echo well");
        Task<ProgramRun> running;
        await using (new FileStream(_directory["program"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            running = ProgramRun.RunAsync(_directory["program"], [], [], _directory.Path, TestContext.Current.CancellationToken);
        }

        var run = await running;

        run.Fault.ShouldBeNull();
        Encoding.UTF8.GetString(run.Output).ShouldBe("well\n");
    }
}

using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Tests.Trust.Keys;

public sealed class NewFileTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Of_two_that_write_the_same_file_at_once_one_has_written_it()
    {
        const int Rounds = 400;
        using var together = new Barrier(2);
        var wrote = new bool[2, Rounds];
        Parallel.Invoke(() => Write(0), () => Write(1));
        for (var round = 0; round < Rounds; round++)
        {
            (wrote[0, round] ^ wrote[1, round]).ShouldBeTrue($"Both or none wrote file {round}.");
            File.ReadAllText(_scratch[$"{round}"]).ShouldBe(wrote[0, round] ? "0" : "1");
        }

        Directory.GetFiles(_scratch.Path).Length.ShouldBe(Rounds);

        void Write(int writer)
        {
            try
            {
                for (var round = 0; round < Rounds; round++)
                {
                    together.SignalAndWait(TestContext.Current.CancellationToken);
                    wrote[writer, round] = NewFile.TryWrite(_scratch[$"{round}"], $"{writer}", NewFile.OwnerOnly);
                }
            }
            finally
            {
                together.RemoveParticipant();
            }
        }
    }
}

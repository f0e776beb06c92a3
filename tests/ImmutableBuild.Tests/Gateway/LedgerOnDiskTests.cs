using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>An entry is in the file exactly when its writer was told that it is.</summary>
public sealed class LedgerOnDiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-ledger-").FullName;
    private readonly StringWriter _words = new();
    private readonly Disk _disk = new();

    private string LedgerPath => Path.Combine(_directory, "ledger.jsonl");

    public void Dispose()
    {
        _words.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void An_entry_that_cannot_be_flushed_is_taken_back()
    {
        var ledger = Open();
        ledger.Append(Entry(1), DateTimeOffset.UnixEpoch);
        var before = File.ReadAllText(LedgerPath);
        _disk.BreaksAtFile = 1;

        Should.Throw<ImmutableBuildException>(() => ledger.Append(Entry(2), DateTimeOffset.UnixEpoch)).Code.ShouldBe("IMB6050");

        File.ReadAllText(LedgerPath).ShouldBe(before);
        ledger.Entries.ShouldHaveSingleItem();
        ledger.Append(Entry(3), DateTimeOffset.UnixEpoch);
        Open().Entries.Select(entry => (entry.Sequence, entry.Spec.Commit)).ShouldBe([(1, CommitOf(1)), (2, CommitOf(3))]);
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_disk_that_stays_broken_still_loses_the_entry_and_says_that_it_may_come_back()
    {
        var ledger = Open();
        _disk.BreaksAtFile = int.MaxValue;

        Should.Throw<ImmutableBuildException>(() => ledger.Append(Entry(1), DateTimeOffset.UnixEpoch)).Code.ShouldBe("IMB6050");

        File.ReadAllText(LedgerPath).ShouldBeEmpty();
        _words.ToString().ShouldContain("may find an entry that was refused");
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_ledger_whose_name_cannot_be_flushed_has_no_entry_until_it_can()
    {
        var ledger = Open();
        _disk.BreaksAtDirectory = 1;

        Should.Throw<ImmutableBuildException>(() => ledger.Append(Entry(1), DateTimeOffset.UnixEpoch)).Code.ShouldBe("IMB6050");

        File.ReadAllText(LedgerPath).ShouldBeEmpty();
        ledger.Append(Entry(1), DateTimeOffset.UnixEpoch);
        _disk.FlushedNames.ShouldBe([(_directory, true)], "the file was there when its name was flushed");
        ledger.Append(Entry(2), DateTimeOffset.UnixEpoch);
        _disk.FlushedNames.ShouldHaveSingleItem("the name is there to stay");
        Open().Entries.Select(entry => entry.Sequence).ShouldBe([1, 2]);
    }

    private static LedgerEntry Entry(int version) => new()
    {
        Event = LedgerEvent.Live,
        Cause = LedgerCause.Release,
        By = "test",
        Spec = SimulatedSpecs.Spec(version),
    };

    private static CommitSha CommitOf(int version) => CommitSha.Parse(version.ToString("x40"));

    private LedgerFile Open() => LedgerFile.Open(_directory, new GatewayLog(_words, TimeProvider.System), _disk.Flush, _disk.FlushDirectory);

    /// <summary>A disk that takes writes, and fails to flush as often as it is told.</summary>
    private sealed class Disk
    {
        public int BreaksAtFile { get; set; }

        public int BreaksAtDirectory { get; set; }

        public List<(string Directory, bool HasLedger)> FlushedNames { get; } = [];

        public void Flush(FileStream file)
        {
            if (BreaksAtFile-- > 0)
            {
                throw new IOException("Input/output error");
            }

            file.Flush(flushToDisk: true);
        }

        public void FlushDirectory(string directory)
        {
            if (BreaksAtDirectory-- > 0)
            {
                throw new IOException("Input/output error");
            }

            FlushedNames.Add((directory, new FileInfo(Path.Combine(directory, "ledger.jsonl")) is { Exists: true, Length: > 0 }));
        }
    }
}

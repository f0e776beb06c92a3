using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Shells;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Shells;

/// <summary>One stage, beside those of other builds of the project.</summary>
public sealed class StageRunTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nobody_removes_the_image_before_the_record_names_it()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var follower = new WouldBeRemover();
        var context = Baking.Context(_directory, "work") with { Follower = follower };
        await new ReleaseRecordFile(context.WorkDirectory).WriteAsync(Baking.Record(compile), Ct);

        await new StageRun(context, "ImmutableBuild.Gateway.dll").RunAsync(StageName.Bake, compile.Commit, keepsLease: false, Ct);

        follower.Seen.ShouldHaveSingleItem().ShouldBe((StageName.Bake, true, false));
        SpinWait.SpinUntil(() => WouldBeRemover.CanRemove(context), TimeSpan.FromMinutes(2)).ShouldBeTrue("the stage has ended");
    }

    /// <summary>Tries to remove something from the layout when a stage has ended.</summary>
    private sealed class WouldBeRemover : IReleaseFollower
    {
        public List<(StageName Stage, bool IsRecorded, bool CouldRemove)> Seen { get; } = [];

        public static bool CanRemove(StageContext context)
        {
            using var alone = StoreUse.TryTakeAlone(Path.Combine(context.WorkDirectory, "image"));
            return alone is not null;
        }

        public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken)
        {
            var written = await new ReleaseRecordFile(context.WorkDirectory).ReadAsync(cancellationToken);
            Seen.Add((stage, written.Bake?.Digest == record.Bake!.Digest, CanRemove(context)));
        }

        public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context) => Task.CompletedTask;

        public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

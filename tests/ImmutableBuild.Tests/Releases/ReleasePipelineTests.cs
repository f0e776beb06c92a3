using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class ReleasePipelineTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-pipeline-").FullName;
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Stages_run_in_order_and_each_leaves_its_part_on_disk()
    {
        var record = await RunAsync(SampleRecord.Compiled, Fills(StageName.Bake), Fills(StageName.Scan));

        record.Elapsed.Keys.ShouldBe([StageName.Bake, StageName.Scan]);
        (await new ReleaseRecordFile(_directory).ReadAsync(TestContext.Current.CancellationToken)).Scan.ShouldNotBeNull();
        _reporter.Lines.ShouldBe(["started Bake", "finished Bake: done", "started Scan", "finished Scan: done"]);
    }

    [Fact]
    public async Task A_stage_run_again_clears_what_spoke_of_its_old_result()
    {
        var record = await RunAsync(SampleRecord.Whole, Fills(StageName.Scan));

        record.Bake.ShouldNotBeNull();
        record.Scan.ShouldNotBeNull();
        record.Sign.ShouldBeNull();
        record.DestroyOld.ShouldBeNull();
        record.Elapsed.Keys.ShouldBe([StageName.Compile, StageName.Bake, StageName.Scan]);
    }

    [Fact]
    public async Task A_stage_whose_predecessor_has_not_run_is_IMB1204_and_names_it()
    {
        var error = await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(SampleRecord.Compiled, Fills(StageName.Scan)));

        error.Code.ShouldBe("IMB1204");
        error.Message.ShouldContain("-t:Bake");
    }

    [Fact]
    public async Task A_stage_that_refuses_ends_the_chain_and_leaves_nothing_of_itself()
    {
        var refusal = RecordErrors.Missing("x");
        (await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(SampleRecord.Whole, Throws(StageName.Scan, refusal), Fills(StageName.Sign)))).ShouldBeSameAs(refusal);

        var left = await new ReleaseRecordFile(_directory).ReadAsync(TestContext.Current.CancellationToken);
        left.Scan.ShouldBeNull();
        left.Sign.ShouldBeNull();
    }

    [Fact]
    public async Task A_fault_of_the_code_itself_is_IMB9001() =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(SampleRecord.Compiled, Throws(StageName.Bake, new InvalidCastException("oops"))))).Code.ShouldBe("IMB9001");

    [Fact]
    public async Task A_cancellation_stays_one() =>
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(SampleRecord.Compiled, Throws(StageName.Bake, new OperationCanceledException())));

    [Fact]
    public async Task Who_follows_is_told_of_every_stage_and_of_how_it_ended()
    {
        var follower = new RecordingFollower();
        await RunAsync(follower, SampleRecord.Compiled, Fills(StageName.Bake));
        await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(follower, SampleRecord.Whole, Throws(StageName.Scan, RecordErrors.Missing("x"))));
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(follower, SampleRecord.Whole, Throws(StageName.Sign, new OperationCanceledException())));
        await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(follower, SampleRecord.Whole, Throws(StageName.Push, new InvalidCastException())));

        follower.Lines.ShouldBe(
        [
            "Bake began", "Bake ended: done",
            "Scan began", "Scan refused: ImmutableBuildException",
            "Sign began", "Sign refused: OperationCanceledException",
            "Push began", "Push refused: ImmutableBuildException",
        ]);
    }

    [Fact]
    public async Task A_stage_does_not_wait_for_who_is_told_of_its_beginning()
    {
        var told = new TaskCompletionSource();
        var follower = new RecordingFollower { Began = told.Task };

        await RunAsync(follower, SampleRecord.Compiled, new Stage(StageName.Bake, record =>
        {
            told.SetResult();
            return record with { Bake = SampleRecord.Whole.Bake };
        }));

        follower.Lines.ShouldBe(["Bake began", "Bake ended: done"]);
    }

    private static Stage Fills(StageName name) => new(name, record => name switch
    {
        StageName.Bake => record with { Bake = SampleRecord.Whole.Bake },
        StageName.Scan => record with { Scan = SampleRecord.Whole.Scan },
        StageName.Sign => record with { Sign = SampleRecord.Whole.Sign },
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    });

    private static Stage Throws(StageName name, Exception fault) => new(name, _ => throw fault);

    private Task<ReleaseRecord> RunAsync(ReleaseRecord record, params IStage[] stages) => RunAsync(new NoFollower(), record, stages);

    private Task<ReleaseRecord> RunAsync(IReleaseFollower follower, ReleaseRecord record, params IStage[] stages)
    {
        var options = new ReleaseOptions { App = record.App, DataDirectory = _directory };
        var context = new StageContext(options, _reporter, TimeProvider.System, _ => null) { WorkDirectory = _directory, Follower = follower };
        return new ReleasePipeline(new ReleaseRecordFile(_directory), context).RunAsync(stages, record, TestContext.Current.CancellationToken);
    }

    private sealed record Stage(StageName Name, Func<ReleaseRecord, ReleaseRecord> Fill) : IStage
    {
        public Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new StageResult(Fill(record), "done"));
    }

    private sealed class RecordingFollower : IReleaseFollower
    {
        public List<string> Lines { get; } = [];

        public Task Began { get; init; } = Task.CompletedTask;

        public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken)
        {
            Lines.Add($"{stage} began");
            return Began;
        }

        public Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken)
        {
            Lines.Add($"{stage} ended: {summary}");
            return Task.CompletedTask;
        }

        public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context)
        {
            Lines.Add($"{stage} refused: {why.GetType().Name}");
            return Task.CompletedTask;
        }

        public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

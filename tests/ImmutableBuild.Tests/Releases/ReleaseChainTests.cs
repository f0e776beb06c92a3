using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class ReleaseChainTests
{
    [Fact]
    public void A_record_of_this_commit_and_app_is_continued() =>
        Should.NotThrow(() => ReleaseChain.RequireSame(SampleRecord.Whole, SampleRecord.Whole.App, SampleRecord.Commit, "release.json"));

    [Fact]
    public void A_record_of_another_commit_is_IMB1203() =>
        Should.Throw<ImmutableBuildException>(() => ReleaseChain.RequireSame(SampleRecord.Whole, SampleRecord.Whole.App, CommitSha.Parse(new string('b', 40)), "release.json"))
            .Code.ShouldBe("IMB1203");

    [Fact]
    public void A_record_for_another_environment_is_IMB1203() =>
        Should.Throw<ImmutableBuildException>(() => ReleaseChain.RequireSame(SampleRecord.Whole, new AppKey("shop", "staging"), SampleRecord.Commit, "release.json"))
            .Message.ShouldContain("shop/staging");

    [Theory]
    [InlineData(StageName.Bake)]
    [InlineData(StageName.HealthGate)]
    public void Clearing_takes_away_a_stage_and_all_after_it(StageName stage)
    {
        var cleared = ReleaseChain.ClearFrom(SampleRecord.Whole, stage);

        ReleaseChain.Stages.ShouldAllBe(name => ReleaseChain.Has(cleared, name) == (name < stage || name == StageName.Compile));
        cleared.Elapsed.Keys.ShouldAllBe(name => name < stage);
    }

    [Fact]
    public void A_promotion_begins_with_Deploy_and_has_nothing_for_the_stages_before_it()
    {
        var promoted = SampleRecord.Compiled with { Promoted = new PromoteRecord { From = "staging", Repository = "local/shop", Digest = SampleRecord.Spec.Image } };

        Should.NotThrow(() => ReleaseChain.RequireEarlier(promoted, StageName.Deploy));
        Should.Throw<ImmutableBuildException>(() => ReleaseChain.RequireEarlier(promoted, StageName.HealthGate)).Code.ShouldBe("IMB1204");
        Should.Throw<ImmutableBuildException>(() => ReleaseChain.RequireEarlier(promoted, StageName.Scan)).Code.ShouldBe("IMB1204");
        ReleaseChain.ClearFrom(promoted, StageName.Deploy).Promoted.ShouldBe(promoted.Promoted);
        ReleaseChain.ClearFrom(promoted, StageName.Bake).Promoted.ShouldBeNull();
    }

    [Fact]
    public void A_data_directory_that_is_a_file_is_IMB1009()
    {
        var file = Path.GetTempFileName();
        try
        {
            Should.Throw<ImmutableBuildException>(() => DataDirectory.RequireWritable(file)).Code.ShouldBe("IMB1009");
        }
        finally
        {
            File.Delete(file);
        }
    }
}

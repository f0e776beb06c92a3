using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations;

public sealed class LeaseHolderTests
{
    [Fact]
    public void The_stages_of_one_release_are_one_holder() => LeaseHolder.For("release 3f2a").ShouldBe(LeaseHolder.For("release 3f2a"));

    [Fact]
    public void Two_that_do_the_same_are_two_holders_also_where_user_host_and_process_are_equal()
    {
        var one = LeaseHolder.ForOnce("stop");

        one.ShouldStartWith(LeaseHolder.For("stop"));
        LeaseHolder.ForOnce("stop").ShouldNotBe(one);
    }
}

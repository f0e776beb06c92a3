using ImmutableBuild.Docker;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Docker;

public sealed class AppNamesTests
{
    private static readonly GenerationId s_generation = GenerationId.Parse("aaaaaaaaaaaa-00000001");

    [Fact]
    public void An_instance_is_a_DNS_label_however_long_the_app_is_called()
    {
        var names = new AppNames(new AppKey(new string('a', 63), new string('b', 63)));

        names.Instance(s_generation, "99").Length.ShouldBeLessThanOrEqualTo(63);
        Uri.CheckHostName(names.Instance(s_generation, "99")).ShouldBe(UriHostNameType.Dns);
    }

    [Fact]
    [Trait("Fault", "F41")]
    public void No_two_apps_share_a_name()
    {
        AppKey[] apps = [new("a-b", "c"), new("a", "b-c"), new(new string('a', 40), "x"), new(new string('a', 41), "x"), new("web", "production"), new("web", "producti")];

        apps.Select(app => new AppNames(app).Base).Distinct(StringComparer.Ordinal).Count().ShouldBe(apps.Length);
    }

    [Fact]
    public void People_read_whose_it_is() => new AppNames(new AppKey("web", "staging")).Gateway.ShouldMatch("^web-staging-[0-9a-f]{8}-gateway$");
}

using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

/// <summary>What one target's system alone knows is asked of that target only.</summary>
public sealed class PlatformSettingTests
{
    public static TheoryData<string> Targets => [.. TargetKind.All.Select(kind => kind.Name)];

    [Theory, MemberData(nameof(Targets))]
    public void A_setting_that_the_target_does_not_have_is_refused(string target)
    {
        var refusal = Refuse(target, "no-such-setting", "small");

        refusal.Code.ShouldBe("IMB1004");
        refusal.Message.ShouldContain($"the target '{target}' has no setting 'no-such-setting'");
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("/type", "x")]
    [InlineData("a type", "x")]
    [InlineData("type", "")]
    [InlineData("type", "two\nlines")]
    public void Names_are_plain_and_values_of_one_line(string name, string value) => Refuse("local", name, value).Code.ShouldBe("IMB1001");

    [Fact]
    public void Names_and_values_have_an_end()
    {
        OptionTypes.SettingName.TryParse(new string('a', 128), out _).ShouldBeTrue();
        OptionTypes.SettingName.TryParse(new string('a', 129), out _).ShouldBeFalse();
        OptionTypes.SettingValue.TryParse(new string('a', 1024), out _).ShouldBeTrue();
        OptionTypes.SettingValue.TryParse(new string('a', 1025), out _).ShouldBeFalse();
    }

    private static ImmutableBuildException Refuse(string target, string name, string value) => Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(new RawOptions
    {
        Project = new ProjectFacts("Shop.Web", Path.GetTempPath(), ListensOnHttp: true),
        Properties = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase)
            .Add(OptionCatalogue.Target.Name, target)
            .Add(OptionCatalogue.BaseImage.Name, "localhost:5000/dotnet/aspnet:10.0"),
        Items = [new RawItem(OptionCatalogue.PlatformSetting.Name, name, value)],
    }));
}

using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Tests.Scanning.Versions;

public sealed class VersionOrderTests
{
    // Cases of deb-version(7), the Debian policy manual (5.6.12) and of versions that Debian has or had.
    [Theory]
    [InlineData("1.0", "<", "1.1")]
    [InlineData("1.9", "<", "1.10")]
    [InlineData("1.0-1", "<", "1.0-2")]
    [InlineData("1.0-9", "<", "1.0-10")]
    [InlineData("0:1.0-1", "=", "1.0-1")]
    [InlineData("1:1.0-1", ">", "2.0-1")]
    [InlineData("1:0.4", ">", "10.3")]
    [InlineData("1.0~rc1", "<", "1.0")]
    [InlineData("1.0~rc1~git1", "<", "1.0~rc1")]
    [InlineData("~~", "<", "~~a")]
    [InlineData("~~a", "<", "~")]
    [InlineData("~", "<", "")]
    [InlineData("", "<", "a")]
    [InlineData("1.0", "<", "1.0a")]
    [InlineData("1.0a", "<", "1.0+")]
    [InlineData("1.0-1", "<", "1.0-1+b1")]
    [InlineData("1.0", "=", "1.00")]
    [InlineData("1.0", "=", "1.0-0")]
    [InlineData("1.2.3", "<", "1.2.3-1")]
    [InlineData("1.01", "=", "1.1")]
    [InlineData("3.0.11-1~deb12u2", "<", "3.0.13-1~deb12u1")]
    [InlineData("3.0.11-1~deb12u2", "<", "3.0.11-1")]
    [InlineData("7.88.1-10+deb12u5", "<", "7.88.1-10+deb12u14")]
    [InlineData("2.36-9+deb12u13", ">", "2.36-9+deb12u8")]
    [InlineData("1:1.2.13.dfsg-1", "<", "1:1.3.dfsg-3")]
    [InlineData("5.36.0-7+deb12u1", "<", "5.36.0-7+deb12u2")]
    [InlineData("20230311", "<", "20230311+deb12u1")]
    [InlineData("2024a-0+deb12u1", "<", "2024b-0+deb12u1")]
    [InlineData("1.0.0-alpha-1", "<", "1.0.0-beta-1")]
    [InlineData("99999999999999999999999", "<", "100000000000000000000000")]
    public void Dpkg(string left, string relation, string right) => Holds(VersionOrder.Dpkg, left, relation, right);

    // Cases of the Alpine package policy, of Gentoo's rules it follows, and of versions that Alpine has or had.
    [Theory]
    [InlineData("1.2.3-r0", "<", "1.2.3-r1")]
    [InlineData("1.2.3-r9", "<", "1.2.3-r10")]
    [InlineData("1.2.3", "<", "1.2.3-r0")]
    [InlineData("1.2", "<", "1.2.0")]
    [InlineData("1.9", "<", "1.10")]
    [InlineData("1.06-r6", "<", "006")]
    [InlineData("1.05", "<", "1.1")]
    [InlineData("1.02.07", "<", "1.02.10-r1")]
    [InlineData("0.98", "<", "1.00")]
    [InlineData("1.1_alpha1", "<", "1.1")]
    [InlineData("1.1_alpha1", "<", "1.1_beta1")]
    [InlineData("1.1_beta2", "<", "1.1_pre1")]
    [InlineData("1.1_pre3", "<", "1.1_rc1")]
    [InlineData("1.1_rc1", "<", "1.1_rc2")]
    [InlineData("1.1_rc", "<", "1.1_rc1")]
    [InlineData("1.1", "<", "1.1_p1")]
    [InlineData("1.1_cvs1", "<", "1.1_svn1")]
    [InlineData("1.1_git20240101", "<", "1.1_p1")]
    [InlineData("1.0_p9-r0", "<", "1.0_p10-r0")]
    [InlineData("0.1.0_alpha_pre2", "<", "0.1.0_alpha")]
    [InlineData("2.3.0b-r1", "<", "2.3.0b-r2")]
    [InlineData("1.7", "<", "1.7b")]
    [InlineData("1.1a", "<", "1.3a")]
    [InlineData("1.7b", "<", "1.8.4-r3")]
    [InlineData("1.2.5-r0", "<", "1.2.5_git20240101-r0")]
    [InlineData("3.1.4-r5", "<", "3.1.4-r6")]
    [InlineData("3.1.7-r0", ">", "3.1.4-r6")]
    [InlineData("1.36.1-r29", ">", "1.36.1-r7")]
    [InlineData("20240226-r0", "<", "20240705-r0")]
    [InlineData("1.0.0_pre20191002222144-r0", "<", "1.0.0_pre20210530193627-r0")]
    [InlineData("no version", "<", "0")]
    public void Apk(string left, string relation, string right) => Holds(VersionOrder.Apk, left, relation, right);

    // Cases of rpm's own tests (tests/rpmvercmp.at), with its separators, tildes and carets.
    [Theory]
    [InlineData("1.0", "=", "1.0")]
    [InlineData("1.0", "<", "2.0")]
    [InlineData("2.0", "<", "2.0.1")]
    [InlineData("2.0.1a", ">", "2.0.1")]
    [InlineData("5.5p1", "<", "5.5p2")]
    [InlineData("5.5p1", "<", "5.5p10")]
    [InlineData("10xyz", "<", "10.1xyz")]
    [InlineData("xyz10", "<", "xyz10.1")]
    [InlineData("xyz.4", "<", "8")]
    [InlineData("5.5p2", "<", "5.6p1")]
    [InlineData("5.6p1", "<", "6.5p1")]
    [InlineData("6.0.rc1", ">", "6.0")]
    [InlineData("10b2", ">", "10a1")]
    [InlineData("1.0a", "<", "1.0aa")]
    [InlineData("10.0001", "=", "10.1")]
    [InlineData("10.0001", "<", "10.0039")]
    [InlineData("4.999.9", "<", "5.0")]
    [InlineData("20101121", "<", "20101122")]
    [InlineData("2.0", "=", "2_0")]
    [InlineData("a+", "=", "a_")]
    [InlineData("+", "=", "_")]
    [InlineData("1.0~rc1", "<", "1.0")]
    [InlineData("1.0~rc1", "<", "1.0~rc2")]
    [InlineData("1.0~rc1~git123", "<", "1.0~rc1")]
    [InlineData("1.0^", ">", "1.0")]
    [InlineData("1.0^git1", ">", "1.0")]
    [InlineData("1.0^git1", "<", "1.0^git2")]
    [InlineData("1.0^git1", "<", "1.01")]
    [InlineData("1.0^20160101", "<", "1.0.1")]
    [InlineData("1.0^20160101^git1", ">", "1.0^20160101")]
    [InlineData("1.0^20160102", ">", "1.0^20160101^git1")]
    [InlineData("1.0~rc1^git1", ">", "1.0~rc1")]
    [InlineData("1.0^git1~pre", "<", "1.0^git1")]
    [InlineData("1b.fc17", "<", "1.fc17")]
    [InlineData("1g.fc17", ">", "1.fc17")]
    [InlineData("1:1.0-1", ">", "2.0-1")]
    [InlineData("0:1.0-1", "=", "1.0-1")]
    [InlineData("1.0-1.el9", "<", "1.0-2.el9")]
    [InlineData("3.0.7-27.el9", "<", "3.0.7-27.el9_4")]
    [InlineData("1:3.0.1-43.el9_0", "<", "1:3.0.7-27.el9")]
    [InlineData("1.0", "<", "1.0-1")]
    public void Rpm(string left, string relation, string right) => Holds(VersionOrder.Rpm, left, relation, right);

    [Theory]
    [InlineData("1:3.0.7-27.el9", true)]
    [InlineData("1.0^20160101~rc1-1", true)]
    [InlineData("", false)]
    [InlineData("-1", false)]
    [InlineData("1.0 -1", false)]
    [InlineData("a:1.0", false)]
    public void What_rpm_takes_for_a_version(string text, bool taken) => VersionOrder.Rpm.IsVersion(text).ShouldBe(taken);

    [Theory]
    [InlineData("NuGet", "1.0.0-rc.1", "1.0.0")]
    [InlineData("Debian:12", "1.0~rc1", "1.0")]
    [InlineData("Ubuntu:24.04:LTS", "1.0~rc1", "1.0")]
    [InlineData("Alpine:v3.20", "1.0_rc1", "1.0")]
    [InlineData("Wolfi", "1.0_rc1", "1.0")]
    [InlineData("Red Hat:enterprise_linux:9::baseos", "1.0~rc1", "1.0")]
    [InlineData("Rocky Linux:9", "1.0~rc1", "1.0")]
    [InlineData("openSUSE:Leap 15.5", "1.0~rc1", "1.0")]
    public void Each_ecosystem_has_its_own_order(string ecosystem, string older, string newer) => VersionOrder.Of(ecosystem)!.Compare(older, newer).ShouldBeLessThan(0);

    [Fact]
    public void An_ecosystem_that_is_not_known_has_none() => VersionOrder.Of("npm").ShouldBeNull();

    // SemVer 2.0.0 section 11, and NuGet's fourth number.
    [Theory]
    [InlineData("1.0.0-alpha", "<", "1.0.0-alpha.1")]
    [InlineData("1.0.0-alpha.1", "<", "1.0.0-alpha.beta")]
    [InlineData("1.0.0-beta.2", "<", "1.0.0-beta.11")]
    [InlineData("1.0.0-rc.1", "<", "1.0.0")]
    [InlineData("1.0.0+a", "=", "1.0.0+b")]
    [InlineData("1.0", "=", "1.0.0.0")]
    [InlineData("4.0.0.1", ">", "4.0.0")]
    [InlineData("4.0.0.1", "<", "4.0.1")]
    [InlineData("1.0.0-RC", "=", "1.0.0-rc")]
    [InlineData("10.0.0-preview.7.25380.108", "<", "10.0.0-rc.1.25451.107")]
    [InlineData("8.0.0", "<", "8.0.10")]
    [InlineData("not a version", "<", "0.0.0-a")]
    public void NuGet(string left, string relation, string right) => Holds(VersionOrder.NuGet, left, relation, right);

    public static TheoryData<string> Orders => ["dpkg", "apk", "rpm", "nuget"];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Each_order_is_total_over_all_strings(string name)
    {
        var order = Order(name);
        Prop.ForAll(Three(), triple =>
        {
            var (a, b, c) = triple;
            var antisymmetric = Math.Sign(order.Compare(a, b)) == -Math.Sign(order.Compare(b, a));
            var reflexive = order.Compare(a, a) == 0;
            var transitive = order.Compare(a, b) > 0 || order.Compare(b, c) > 0 || order.Compare(a, c) <= 0;
            return antisymmetric && reflexive && transitive;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Equal_versions_are_interchangeable(string name)
    {
        var order = Order(name);
        Prop.ForAll(Three(), triple =>
            order.Compare(triple.Item1, triple.Item2) != 0 || Math.Sign(order.Compare(triple.Item1, triple.Item3)) == Math.Sign(order.Compare(triple.Item2, triple.Item3)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static VersionOrder Order(string name) => name switch
    {
        "dpkg" => VersionOrder.Dpkg,
        "apk" => VersionOrder.Apk,
        "rpm" => VersionOrder.Rpm,
        _ => VersionOrder.NuGet,
    };

    // Short texts of the letters that matter, so that near-equal versions are common; junk among them.
    private static Arbitrary<ValueTuple<string, string, string>> Three()
    {
        var pieces = Gen.Elements("0", "1", "2", "10", "01", ".", ".", "-", "~", "^", "+", ":", "a", "b", "_rc", "_p", "-r", "alpha", " ", "é");
        var version = Gen.OneOf(
            pieces.ListOf().Select(list => string.Concat(list.Take(6))),
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));
        return Arb.From(version.Three());
    }

    private static void Holds(VersionOrder order, string left, string relation, string right)
    {
        var expected = relation switch { "<" => -1, ">" => 1, _ => 0 };
        Math.Sign(order.Compare(left, right)).ShouldBe(expected);
        Math.Sign(order.Compare(right, left)).ShouldBe(-expected);
    }
}

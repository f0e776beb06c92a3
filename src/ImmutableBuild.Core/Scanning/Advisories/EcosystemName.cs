using System.Text.RegularExpressions;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>
/// OSV's names of ecosystems, and which of them speak of one release of a distribution: Red Hat and SUSE name the repository or module that a package is
/// in, which an image doesn't tell.
/// </summary>
internal static partial class EcosystemName
{
    /// <summary>One name for all that speak of the same packages: <c>Red Hat:enterprise_linux:9</c>, <c>SUSE:Linux Enterprise 15 SP5</c>; others as they are.</summary>
    public static string Release(string ecosystem) =>
        RedHat().Match(ecosystem) is { Success: true } redHat ? RedHatOf(redHat.Groups["major"].Value)
        : Suse().Match(ecosystem) is { Success: true } suse ? SuseOf(suse.Groups["release"].Value)
        : ecosystem;

    /// <summary>Red Hat Enterprise Linux, of any of its repositories, without the extended support of single minor releases.</summary>
    public static string RedHatOf(string major) => $"Red Hat:enterprise_linux:{major}";

    /// <summary>SUSE Linux Enterprise, of any of its modules.</summary>
    public static string SuseOf(string release) => $"SUSE:Linux Enterprise {release}";

    [GeneratedRegex(@"^Red Hat:enterprise_linux:(?<major>\d{1,3})(\.\d{1,3})?(::[a-z0-9_-]+)?$")]
    private static partial Regex RedHat();

    [GeneratedRegex(@"^SUSE:Linux Enterprise (Server|Desktop|Module for [A-Za-z0-9 ,&/-]+?) (?<release>\d{1,3}(\.\d{1,3}| SP\d{1,2})?)(-LTSS|-LTSS-[A-Z]+|-ESPOS)?$")]
    private static partial Regex Suse();
}

using ImmutableBuild.Scanning.Scanners;

namespace ImmutableBuild.Tests.Scanning.Scanners;

public sealed class ScannerFormTests
{
    [Theory]
    [InlineData(true, "USERPROFILE LOCALAPPDATA TEMP TMP SystemRoot")]
    [InlineData(false, "HOME TMPDIR")]
    public void What_a_scanner_writes_goes_to_its_own_directory_by_the_names_of_the_system(bool isWindows, string names)
    {
        var places = ScannerForm.Places("own", isWindows);

        places.Select(place => place.Name).ShouldBe(names.Split(' '));
        places.Where(place => place.Name != "SystemRoot").ShouldAllBe(place => place.Value == "own");
    }
}

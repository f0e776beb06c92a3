using ImmutableBuild.OtherPrograms;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.OtherPrograms;

public sealed class OtherProgramTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("tool", false, "tool")]
    [InlineData("tool", true, "tool.exe")]
    [InlineData("tool.exe", true, "tool.exe")]
    public void A_program_is_found_by_its_name(string name, bool isWindows, string file)
    {
        File.WriteAllText(_directory[file], "");

        OtherProgram.Find(name, Path, isWindows).ShouldBe(_directory[file]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_script_of_Windows_is_found_only_there_and_only_where_one_is_asked_for(bool isWindows)
    {
        File.WriteAllText(_directory["tool.cmd"], "");

        OtherProgram.FindOrScript("tool", Path, isWindows).ShouldBe(isWindows ? _directory["tool.cmd"] : null);
        OtherProgram.Find("tool", Path, isWindows).ShouldBeNull();
    }

    private string? Path(string variable) => variable == "PATH" ? _directory.Path : null;
}

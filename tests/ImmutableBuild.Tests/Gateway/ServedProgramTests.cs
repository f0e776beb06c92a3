using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Keeping;

namespace ImmutableBuild.Tests.Gateway;

public sealed class ServedProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_the_next_upgrade_brought_stays_as_the_gateway_before_this_one_ends()
    {
        var (earlier, next) = (Bring("earlier"), Bring("next"));
        ServedProgram.Write(_directory, next);

        ServedProgram.RemoveOthers(_directory);

        (Directory.Exists(earlier), ServedProgram.Find(_directory)).ShouldBe((false, next));
    }

    private string Bring(string name)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, GatewayFiles.Programs, name)).FullName;
        File.WriteAllText(Path.Combine(directory, ServedProgram.Assembly), "");
        return directory;
    }
}

using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images;

/// <summary>The rules are the .NET SDK's (docs.microsoft.com, "Containerize a .NET app reference": ContainerAppCommandInstruction).</summary>
public sealed class ImageCommandTests
{
    private static readonly string[] App = ["/app/Web"];

    [Fact]
    public void The_published_program_is_the_entry_point()
    {
        Compose(new BakeOptions()).ShouldBe("/app/Web | ");
        Compose(new BakeOptions { Arguments = ["--a"], DefaultArguments = ["--d"] }).ShouldBe("/app/Web --a | --d");
        Compose(new BakeOptions { AppCommand = ["dotnet", "/app/Other.dll"], Arguments = ["--a"] }).ShouldBe("dotnet /app/Other.dll --a | ");
    }

    [Fact]
    public void An_entry_point_gets_the_app_as_its_default_arguments()
    {
        Compose(new BakeOptions { Entrypoint = ["/bin/init"], EntrypointArguments = ["--"], Arguments = ["--a"], DefaultArguments = ["--d"] })
            .ShouldBe("/bin/init -- | /app/Web --a --d");
        Compose(new BakeOptions { Entrypoint = ["/bin/init"], Instruction = AppCommandInstruction.DefaultArgs }).ShouldBe("/bin/init | /app/Web");
    }

    [Fact]
    public void With_None_the_entry_point_starts_the_app_itself() =>
        Compose(new BakeOptions { Entrypoint = ["/app/start.sh"], Instruction = AppCommandInstruction.None, DefaultArguments = ["--d"] }).ShouldBe("/app/start.sh | --d");

    [Fact]
    public void Arguments_of_an_entry_point_that_is_not_named_are_the_apps() =>
        Compose(new BakeOptions { EntrypointArguments = ["--e"] }).ShouldBe("/app/Web | --e");

    [Theory]
    [InlineData("ContainerEntrypointArgs", "", "--e", "", "--a", null, false)]
    [InlineData("ContainerAppCommandInstruction", "/bin/init", "", "", "", AppCommandInstruction.Entrypoint, false)]
    [InlineData("ContainerAppCommandInstruction", "/bin/init", "", "run", "", AppCommandInstruction.None, false)]
    [InlineData("ContainerAppCommandInstruction", "", "", "", "", AppCommandInstruction.None, false)]
    [InlineData("ContainerAppCommandInstruction", "", "", "", "", AppCommandInstruction.DefaultArgs, false)]
    [InlineData("ImmutableArgument", "/bin/init", "", "", "", null, true)]
    [InlineData(null, "/bin/init", "--e", "run", "--a", null, false)]
    [InlineData(null, "", "--e", "", "", null, true)]
    [InlineData(null, "", "", "", "--a", null, true)]
    public void What_contradicts_itself_is_named(
        string? named, string entrypoint, string entrypointArguments, string command, string arguments, AppCommandInstruction? instruction, bool hasInstanceArguments)
    {
        var options = new BakeOptions
        {
            Entrypoint = Texts(entrypoint),
            EntrypointArguments = Texts(entrypointArguments),
            AppCommand = Texts(command),
            Arguments = Texts(arguments),
            Instruction = instruction,
        };

        ImageCommand.FindConflict(options, hasInstanceArguments)?.Name.ShouldBe(named);
        (ImageCommand.FindConflict(options, hasInstanceArguments) is null).ShouldBe(named is null);
    }

    private static ImmutableArray<string> Texts(string text) => text.Length == 0 ? [] : [text];

    private static string Compose(BakeOptions options)
    {
        var (entrypoint, cmd) = ImageCommand.Compose(options, App);
        return $"{string.Join(' ', entrypoint)} | {string.Join(' ', cmd)}";
    }
}

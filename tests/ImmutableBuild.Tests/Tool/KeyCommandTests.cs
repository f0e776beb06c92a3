using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Tool;

public sealed class KeyCommandTests : IDisposable
{
    private static readonly (string, string)[] Password = [("PW", "pass word")];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("key");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("cosign", "ENCRYPTED SIGSTORE PRIVATE KEY")]
    [InlineData("pkcs8", "ENCRYPTED PRIVATE KEY")]
    public async Task A_new_key_is_made_and_shown(string format, string label)
    {
        var made = (await RunAsync("new", "--format", format, "--password-variable", "PW", "--json")).ShouldEndWith(0).Json;
        var shown = (await RunAsync("show", "signing.key", "--password-variable", "PW", "--json")).ShouldEndWith(0).Json;
        var asText = (await RunAsync("show", "signing.pub")).ShouldEndWith(0);

        (await ReadAsync("signing.key")).ShouldStartWith($"-----BEGIN {label}-----");
        shown.GetProperty("keyId").GetString().ShouldBe(made.GetProperty("keyId").GetString());
        shown.GetProperty("publicKey").GetString().ShouldBe(await ReadAsync("signing.pub"));
        asText.Output.ReplaceLineEndings("\n").ShouldBe(await ReadAsync("signing.pub"));
        asText.Errors.ShouldContain($"key id {made.GetProperty("keyId").GetString()}");
    }

    [Fact]
    public async Task It_is_said_what_to_set_where_and_the_password_never()
    {
        var run = await RunAsync("new", "--output", "keys", "--password-variable", "PW");

        var output = run.ShouldEndWith(0).Output;
        output.ShouldContain($"ImmutableKeyFile={Path.Combine(_directory.FullName, "keys.key")} and ImmutableKeyPasswordVariable=PW");
        output.ShouldContain($"ImmutableTrustedKeys={Path.Combine(_directory.FullName, "keys.pub")}");
        (output + run.Errors).ShouldNotContain("pass word");
    }

    [Fact]
    public async Task A_key_is_never_overwritten()
    {
        (await RunAsync("new", "--without-password")).ShouldEndWith(0);
        var before = await ReadAsync("signing.key");

        (await RunAsync("new", "--without-password")).ShouldEndWith(1).Errors.ShouldContain("error IMB4027");

        (await ReadAsync("signing.key")).ShouldBe(before);
    }

    [Fact]
    public async Task A_private_key_is_shown_from_a_variable_by_its_name()
    {
        (await RunAsync("new", "--without-password")).ShouldEndWith(0);

        var run = await ToolRun.StartAsync(_directory.FullName, [("KEY", await ReadAsync("signing.key"))], ["key", "show", "--key-variable", "KEY"]);

        run.ShouldEndWith(0).Output.ReplaceLineEndings("\n").ShouldBe(await ReadAsync("signing.pub"));
    }

    [Theory]
    [InlineData(1, "IMB4028", "new", "--password-variable", "NOT_SET")]
    [InlineData(2, "IMB1305", "new")]
    [InlineData(2, "IMB1305", "new", "--without-password", "--format", "pkcs8")]
    [InlineData(2, "IMB1305", "show")]
    [InlineData(2, "IMB1305", "show", "signing.key", "--key-variable", "KEY")]
    [InlineData(1, "IMB4002", "show", "signing.key")]
    [InlineData(1, "IMB1001", "show", "awskms:///web")]
    public async Task What_cannot_be_done_is_told_by_its_code(int exitCode, string code, params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);

        run.ShouldEndWith(exitCode).Json.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe(code);
        _directory.GetFiles().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("new", "--output", "--format", "--password-variable", "--without-password")]
    [InlineData("show", "--key-variable", "--password-variable")]
    public async Task Each_command_explains_itself_and_the_page_has_it(string command, params string[] options)
    {
        var help = (await RunAsync(command, "--help")).ShouldEndWith(0);

        var page = await File.ReadAllTextAsync(Path.Combine(GeneratedFile.RepositoryRoot(), "docs", "tool.md"), TestContext.Current.CancellationToken);
        options.ShouldAllBe(option => help.Output.Contains(option, StringComparison.Ordinal) && page.Contains(option, StringComparison.Ordinal));
        page.ShouldContain($"`immutable key {command}");
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(_directory.FullName, name), TestContext.Current.CancellationToken);

    private Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.StartAsync(_directory.FullName, Password, ["key", .. arguments]);
}

using System.Text.Json;
using System.Text.RegularExpressions;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generated;
using ImmutableBuild.Tests.Reports;

namespace ImmutableBuild.Tests.Tool;

public sealed partial class ToolTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tool");

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("status")]
    [InlineData("history")]
    [InlineData("stop")]
    public async Task Without_an_app_and_without_a_record_a_command_says_what_it_needs(string command)
    {
        var run = await ToolRun.StartAsync(_directory.FullName, command);

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("error IMB1301: Expected --app, or a release record at");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_app_comes_from_the_project_s_last_release()
    {
        await new ReleaseRecordFile(Path.Combine(_directory.FullName, "obj", "immutable")).WriteAsync(SampleReleases.Live(), TestContext.Current.CancellationToken);

        var run = await ToolRun.StartAsync(_directory.FullName, "status", "--json", "--data-directory", Data);

        run.ExitCode.ShouldBe(0, run.Errors);
        using var status = JsonDocument.Parse(run.Output);
        status.RootElement.GetProperty("app").GetProperty("app").GetString().ShouldBe("web");
        status.RootElement.GetProperty("app").GetProperty("environment").GetString().ShouldBe("production");
        status.RootElement.GetProperty("generations").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("IMB6203", "status")]
    [InlineData("IMB6203", "status", "--app", "web")]
    [InlineData(null, "status", "--app", "another")]
    public async Task So_do_the_options_it_was_released_with(string? code, params string[] arguments)
    {
        var released = SampleReleases.Live() with { Options = SampleReleases.Live().Options.Add("ImmutableTarget", "docker").Add("ImmutableRollbackTo", "not-this-time") };
        await new ReleaseRecordFile(Path.Combine(_directory.FullName, "obj", "immutable")).WriteAsync(released, TestContext.Current.CancellationToken);

        var run = await ToolRun.StartAsync(_directory.FullName, [("DOCKER_HOST", $"unix://{Data}/no.sock")], [.. arguments, "--data-directory", Data]);

        if (code is null)
        {
            run.ShouldEndWith(0).Output.ShouldContain("does not run");
        }
        else
        {
            run.ShouldEndWith(1).Errors.ShouldContain($"error {code}");
        }
    }

    [Fact]
    public async Task What_does_not_run_is_told_in_plain_lines()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "status", "--app", "web", "--environment", "dev", "--data-directory", Data);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ReplaceLineEndings("\n").ShouldBe("web/dev does not run.\nNothing of it was live yet. `immutable release` releases the project in this directory.\n");
        Directory.Exists(Data).ShouldBeFalse("asking changes nothing");
    }

    [Fact]
    public async Task A_refusal_is_JSON_where_JSON_was_asked_for()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "rollback", "--app", "web", "--to", "nonsense", "--json", "--data-directory", Data);

        run.ExitCode.ShouldBe(1);
        using var refusal = JsonDocument.Parse(run.Output);
        refusal.RootElement.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("IMB1304");
        run.Errors.ShouldContain("IMB1304");
    }

    [Fact]
    public async Task Names_that_could_be_paths_are_refused()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "stop", "--app", "../../etc", "--data-directory", Data);

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("error IMB1304");
    }

    [Fact]
    public async Task A_directory_without_one_project_cannot_be_released()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "release");

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("error IMB1303");
    }

    [Fact]
    public async Task A_release_that_the_build_refuses_tells_the_build_s_errors_as_JSON()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "Plain.csproj"), "<Project><Target Name=\"Restore\" /></Project>", TestContext.Current.CancellationToken);

        var run = await ToolRun.StartAsync(_directory.FullName, "release", "--json");

        var answer = run.ShouldEndWith(1).Json;
        answer.GetProperty("succeeded").GetBoolean().ShouldBeFalse();
        answer.GetProperty("release").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem().GetProperty("code").GetString().ShouldBe("MSB4057", "the package is not there");
    }

    [Fact]
    public async Task A_command_line_that_is_not_understood_ends_with_2()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "roolback");

        run.ShouldEndWith(2).Errors.ShouldContain("roolback");
    }

    [Theory]
    [InlineData("roolback")]
    [InlineData("status", "--kepe")]
    [InlineData("logs", "--lines", "0")]
    [InlineData("logs", "--lines", "many")]
    public async Task A_command_line_that_is_not_understood_is_JSON_where_JSON_was_asked_for(params string[] arguments)
    {
        var run = await ToolRun.StartAsync(_directory.FullName, [.. arguments, "--json"]);

        run.ShouldEndWith(2).Json.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("IMB1305");
    }

    [Theory]
    [InlineData("ImmutableSoak", "IMB1304")]
    [InlineData("ImmutableSoak=soon", "IMB1001")]
    [InlineData("ImmutableSoack=1s", "IMB1002")]
    public async Task Properties_of_a_rollback_are_read_as_a_build_reads_them(string property, string code)
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "rollback", "--app", "web", "-p", property, "--json", "--data-directory", Data);

        run.ShouldEndWith(1).Json.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task Where_there_is_nothing_to_bring_back_resume_says_so()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "resume", "--data-directory", Data);

        run.ShouldEndWith(0).Output.ShouldBe($"Nothing to bring back in {Data}.{Environment.NewLine}");
        Directory.Exists(Data).ShouldBeFalse("asking changes nothing");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("history")]
    [InlineData("rollback")]
    [InlineData("logs")]
    [InlineData("stop")]
    [InlineData("resume")]
    [InlineData("release")]
    public async Task Every_command_explains_itself(string command)
    {
        var help = await ToolRun.StartAsync(_directory.FullName, command, "--help");

        help.ShouldEndWith(0).Output.ShouldContain($"immutable {command} [options]");
        var options = LongOption().Matches(help.Output).Select(match => match.Value).Except(["--help"]).Distinct().ToList();
        ((string[])["--project", "--app", "--environment", "--data-directory", "--json"]).Except(options).ShouldBeEmpty();
        var page = await File.ReadAllTextAsync(Path.Combine(GeneratedFile.RepositoryRoot(), "docs", "tool.md"), TestContext.Current.CancellationToken);
        options.Append($"`immutable {command}`").Where(word => !page.Contains(word, StringComparison.Ordinal)).ShouldBeEmpty("docs/tool.md has every command and option");
    }

    [Fact]
    public async Task No_output_holds_an_escape_when_nobody_sees_colours()
    {
        var run = await ToolRun.StartAsync(_directory.FullName, "logs", "--app", "web", "--data-directory", Data);

        run.ExitCode.ShouldBe(1);
        (run.Output + run.Errors).ShouldNotContain("\u001b");
    }

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex LongOption();
}

using ImmutableBuild.IntegrationTests.Local;

namespace ImmutableBuild.IntegrationTests.Tool;

/// <summary>The tool over real gateways and instances, after releases through the whole chain.</summary>
public sealed class ToolOnLocalTests : OnToolBed
{
    [Fact]
    public async Task Status_history_and_logs_tell_what_was_released()
    {
        var first = await Bed.ReleaseAsync(Bed.App, version: 1, keep: 1);
        var second = await Bed.ReleaseAsync(Bed.App, version: 2, keep: 1);
        var (old, live) = (first.Live.ToString(), second.Live.ToString());

        var status = (await Bed.RunAsync(Bed.App, "status")).ShouldEndWith(0);
        var lines = status.Output.Split(Environment.NewLine);
        lines[0].ShouldBe($"web/production serves at {second.Url}");
        lines[2].ShouldMatch($"^{live}  live +100 %    1 of 1 ");
        lines[3].ShouldMatch($"^{old}  standby +0 %      1 of 1 ");
        lines[4].ShouldBe($"A rollback would go to {old}.");
        lines.ShouldAllBe(line => line.Length <= 80);

        var json = (await Bed.RunAsync(Bed.App, "status", "--json")).ShouldEndWith(0).Json;
        (json.At("app.app"), json.At("app.environment"), json.At("url"), json.At("live"), json.At("isServing")).ShouldBe(("web", "production", second.Url, live, "True"));
        (json.At("generations.0.id"), json.At("generations.0.role"), json.At("generations.0.percent")).ShouldBe((live, "Live", "100"));
        (json.At("generations.1.id"), json.At("generations.1.role"), json.At("rollbackTo")).ShouldBe((old, "Standby", old));

        var history = (await Bed.RunAsync(Bed.App, "history")).ShouldEndWith(0).Output.Split(Environment.NewLine);
        history[1].ShouldMatch($"^2  \\d{{4}}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ  released  {live}  .*@");
        history[2].ShouldMatch($"^1  .*  released  {old}  ");
        var entries = (await Bed.RunAsync(Bed.App, "history", "--json")).ShouldEndWith(0).Json;
        entries.Each("generation").ShouldBe([live, old]);
        entries.Each("replaced").ShouldBe([old, null]);

        (await Bed.RunAsync(Bed.App, "logs")).ShouldEndWith(0).Output.Trim().ShouldBe($"listening as generation {live}");
        var logs = (await Bed.RunAsync(Bed.App, "logs", "--generation", old, "--json")).ShouldEndWith(0).Json;
        (logs.At("0.generation"), logs.At("0.instance"), logs.At("0.lines.0")).ShouldBe((old, "0", $"listening as generation {old}"));
        var none = (await Bed.RunAsync(Bed.App, "logs", "--instance", "7", "--json")).ShouldEndWith(1);
        none.Json.ErrorCode().ShouldBe("IMB1302");
        none.Errors.ShouldContain("error IMB1302: web/production has no instance 7");
    }

    [Fact, Trait("Fault", "F38")]
    public async Task Verify_shows_what_was_checked_and_what_was_not()
    {
        await Bed.ReleaseAsync(Bed.App, version: 1, keep: 0);
        var image = (await Bed.RunAsync(Bed.App, "status", "--json")).ShouldEndWith(0).Json.At("generations.0.image");

        var table = (await Bed.RunAsync(Bed.App, "verify", "--image", $"local/web@{image}", "-p", "ImmutableProtected=false")).ShouldEndWith(0).Output;
        table.ShouldMatch("(?m)^signature +ok +by key ");
        table.ShouldMatch("(?m)^transparency log +not checked ");

        var json = (await Bed.RunAsync(Bed.App, "verify", "--image", $"local/web@{image}", "-p", "ImmutableProtected=true", "--json")).ShouldEndWith(1).Json;
        (json.At("passed"), json.At("rows.3.check"), json.At("rows.3.outcome")).ShouldBe(("False", "scan", "Refused"));
        (await Bed.RunAsync(Bed.App, "verify", "--image", "local/web:1.0")).ShouldEndWith(1).Errors.ShouldContain("error IMB4037");
    }

    [Fact, Trait("Fault", "F27"), Trait("Fault", "F29"), Trait("Fault", "F28")]
    public async Task An_app_is_rolled_back_to_the_one_before_to_a_named_one_and_after_it_was_stopped()
    {
        var first = await Bed.ReleaseAsync(Bed.App, version: 1, keep: 1);
        var second = await Bed.ReleaseAsync(Bed.App, version: 2, keep: 1);
        var (old, live) = (first.Live.ToString(), second.Live.ToString());

        var back = (await Bed.RunAsync(Bed.App, "rollback", "--json")).ShouldEndWith(0).Json;
        (back.At("from"), back.At("to"), back.At("wasStandby"), back.At("requestsLost"), back.At("url")).ShouldBe((live, old, "True", "0", second.Url));
        (await Bed.AskAsync(second.Url!)).ShouldBe(old);

        var named = (await Bed.RunAsync(Bed.App, "rollback", "--to", live)).ShouldEndWith(0);
        named.Output.ShouldContain($"{live} is live in place of {old}.");
        named.Output.ShouldContain("It ran already: ");
        (await Bed.AskAsync(second.Url!)).ShouldBe(live);

        const string Unknown = "aaaaaaaaaaaa-bbbbbbbb";
        (await Bed.RunAsync(Bed.App, "rollback", "--to", Unknown, "--json")).ShouldEndWith(1).Json.ErrorCode().ShouldBe("IMB8002");
        (await Bed.RunAsync(Bed.App, "history", "--json")).ShouldEndWith(0).Json.Each("cause").ShouldBe(["Rollback", "Rollback", "Release", "Release"]);

        var stopped = (await Bed.RunAsync(Bed.App, "stop", "--json")).ShouldEndWith(0).Json;
        stopped.GetProperty("stopped").EnumerateArray().Select(id => id.GetString()).ShouldBe([old, live], ignoreOrder: true);
        await LocalProcesses.UntilNoneAsync(Bed.Layout.Root);
        (await Bed.RunAsync(Bed.App, "stop")).ShouldEndWith(0).Output.Trim().ShouldBe("web/production did not run.");
        (await Bed.RunAsync(Bed.App, "status")).ShouldEndWith(0).Output.ShouldBe(
            $"web/production does not run.{Environment.NewLine}`immutable rollback` brings back {live}, which was live last.{Environment.NewLine}");

        var again = (await Bed.RunAsync(Bed.App, "rollback", "--json")).ShouldEndWith(0).Json;
        (again.At("to"), again.At("wasStandby")).ShouldBe((live, "False"), "made again from the ledger, its signature verified");
        (await Bed.AskAsync(again.At("url")!)).ShouldBe(live);
    }

    [Fact, Trait("Fault", "F37")]
    public async Task What_someone_changed_is_told_and_healed()
    {
        var released = await Bed.ReleaseAsync(Bed.App, version: 1);
        (await Bed.RunAsync(Bed.App, "drift")).ShouldEndWith(0).Output.Trim().ShouldBe("web/production runs as it was released.");
        var root = Path.Combine(Directory.EnumerateDirectories(Bed.Layout.Images).Single(), "rootfs");
        LocalBed.LetWrite(root);
        await File.WriteAllTextAsync(Path.Combine(root, "planted"), "x", TestContext.Current.CancellationToken);

        var drift = (await Bed.RunAsync(Bed.App, "drift", "--json")).ShouldEndWith(1);
        (drift.Json.At("isDrifted"), drift.Json.At("findings.0.kind"), drift.Json.At("findings.0.subject"), drift.Json.At("findings.0.found")).ShouldBe(("True", "Files", "/planted", "added"));
        drift.Errors.ShouldContain("error IMB8007: web/production is not as it was released: 1 difference");
        (await Bed.RunAsync(Bed.App, "drift")).ShouldEndWith(1).Output.ShouldContain($"{released.Live} instance 0  files: /planted");

        (await Bed.RunAsync(Bed.App, "heal")).ShouldEndWith(0).Output.ShouldContain($"{released.Live}: instance 1 in place of 0 (Files)");

        (await Bed.RunAsync(Bed.App, "drift")).ShouldEndWith(0);
        (await Bed.AskAsync(released.Url!)).ShouldBe(released.Live.ToString());
        (await Bed.RunAsync(Bed.App, "history", "--json")).ShouldEndWith(0).Json.Each("cause").ShouldBe(["Heal", "Release"]);
        (await Bed.RunAsync(Bed.App, "heal", "--json")).ShouldEndWith(0).Json.GetProperty("healed").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task With_nothing_to_go_back_to_a_rollback_says_so_and_changes_nothing()
    {
        var only = await Bed.ReleaseAsync(Bed.App, version: 1);

        var refused = (await Bed.RunAsync(Bed.App, "rollback", "--json")).ShouldEndWith(1);
        refused.Json.ErrorCode().ShouldBe("IMB8001");
        (await Bed.RunAsync(Bed.App, "rollback")).ShouldEndWith(1).Errors.ShouldStartWith("error IMB8001: ");

        (await Bed.AskAsync(only.Url!)).ShouldBe(only.Live.ToString());
        (await Bed.RunAsync(Bed.App, "status", "--json")).Json.At("lease").ShouldBeNull();
    }

    [Fact, Trait("Fault", "F28")]
    public async Task A_stopped_worker_is_brought_back_without_a_port()
    {
        var worker = await Bed.ReleaseAsync(Bed.App, version: 1, worker: true);
        worker.Url.ShouldBeNull();
        (await Bed.RunAsync(Bed.App, "stop")).ShouldEndWith(0).Output.ShouldContain($"gone: {worker.Live}");

        var back = (await Bed.RunAsync(Bed.App, "rollback", "--json")).ShouldEndWith(0).Json;

        (back.At("to"), back.At("url")).ShouldBe((worker.Live.ToString(), null));
        (await Bed.RunAsync(Bed.App, "status")).ShouldEndWith(0).Output.ShouldStartWith($"web/production serves{Environment.NewLine}");
        LocalProcesses.Instances(Bed.Layout.Root).ShouldHaveSingleItem();
    }
}

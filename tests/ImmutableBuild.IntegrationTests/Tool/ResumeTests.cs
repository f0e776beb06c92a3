using System.Net;
using System.Net.Sockets;
using ImmutableBuild.IntegrationTests.Local;

namespace ImmutableBuild.IntegrationTests.Tool;

/// <summary><c>immutable resume</c> after everything that ran was ended at once, as a restart of the host does.</summary>
public sealed class ResumeTests : OnToolBed
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Fault", "F44")]
    public async Task What_was_committed_answers_again_on_the_same_port()
    {
        await Bed.ReleaseAsync(Bed.App, version: 1);
        var live = await Bed.ReleaseAsync(Bed.App, version: 2);
        var worker = await Bed.ReleaseAsync(Bed.OtherEnvironment, version: 3, worker: true);
        await Bed.LoseEverythingThatRunsAsync();

        var resumed = (await Bed.RunAsync("resume", "--json")).ShouldEndWith(0).Json;

        (await Bed.AskAsync(live.Url!)).ShouldBe(live.Live.ToString());
        var apps = resumed.GetProperty("apps");
        apps.Each("app.environment").ShouldBe(["production", "staging"]);
        apps.Each("outcome").ShouldBe(["Resumed", "Resumed"]);
        apps.Each("serving").ShouldBe([live.Live.ToString(), worker.Live.ToString()]);
        apps.Each("url").ShouldBe([live.Url, null]);
        resumed.GetProperty("errors").GetArrayLength().ShouldBe(0);
        LocalProcesses.Instances(Bed.Layout.Root).Count.ShouldBe(2);

        var again = (await Bed.RunAsync("resume")).ShouldEndWith(0).Output;
        again.ShouldContain($"web/production ran already: {live.Live} serves at {live.Url}");
        again.ShouldContain($"web/staging ran already: {worker.Live} serves");
    }

    [Fact, Trait("Fault", "F10"), Trait("Fault", "F44")]
    public async Task An_app_that_cannot_be_brought_back_is_named_and_the_others_are_back()
    {
        var live = await Bed.ReleaseAsync(Bed.App, version: 1);
        await Bed.ReleaseAsync(Bed.OtherEnvironment, version: 2);
        await Bed.LoseEverythingThatRunsAsync();
        foreach (var file in Directory.GetFiles(Bed.Layout.App(Bed.OtherEnvironment), "state*.json"))
        {
            await File.WriteAllTextAsync(file, "{ not json", Ct);
        }

        var resumed = (await Bed.RunAsync("resume")).ShouldEndWith(1);

        resumed.Output.ShouldContain($"web/production is back: {live.Live} serves at {live.Url}");
        resumed.Output.ShouldContain("web/staging could not be brought back: IMB6052");
        resumed.Output.ShouldContain("Not brought back: web/staging.");
        resumed.Errors.ShouldContain("error IMB6052: ");
        (await Bed.AskAsync(live.Url!)).ShouldBe(live.Live.ToString());

        var json = (await Bed.RunAsync("resume", "--json")).ShouldEndWith(1).Json;
        json.GetProperty("apps").Each("outcome").ShouldBe(["Running", "Failed"]);
        json.ErrorCode().ShouldBe("IMB6052");
        json.At("apps.1.error.code").ShouldBe("IMB6052");
    }

    [Fact]
    public async Task Only_the_apps_that_are_named_come_back_and_none_that_was_stopped()
    {
        var live = await Bed.ReleaseAsync(Bed.App, version: 1);
        await Bed.ReleaseAsync(Bed.OtherEnvironment, version: 2);
        await Bed.LoseEverythingThatRunsAsync();

        (await Bed.RunAsync("resume", "--environment", "production", "--json")).ShouldEndWith(0).Json
            .GetProperty("apps").Each("app.environment").ShouldBe(["production"]);
        LocalProcesses.Gateways(Bed.Layout.Root, "serve").Count.ShouldBe(1);

        (await Bed.RunAsync(Bed.App, "stop")).ShouldEndWith(0);
        (await Bed.RunAsync(Bed.App, "resume")).ShouldEndWith(0).Output.ShouldStartWith("Nothing to bring back in ");
        await LocalProcesses.UntilNoneAsync(Bed.Layout.Root);
    }

    [Fact]
    public async Task A_public_port_that_was_taken_meanwhile_is_named()
    {
        var live = await Bed.ReleaseAsync(Bed.App, version: 1);
        await Bed.LoseEverythingThatRunsAsync();
        using var other = await ListenAsync(new Uri(live.Url!).Port);

        var refused = (await Bed.RunAsync("resume", "--json")).ShouldEndWith(1);

        refused.Json.ErrorCode().ShouldBe("IMB6051");
        refused.Errors.ShouldContain($"process {Environment.ProcessId}");
    }

    /// <summary>Connections that were open when everything was killed may keep the port for a minute.</summary>
    private static async Task<TcpListener> ListenAsync(int port)
    {
        for (var patience = TimeSpan.FromMinutes(2); ; patience -= TimeSpan.FromMilliseconds(100))
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException) when (patience > TimeSpan.Zero)
            {
                listener.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            }
        }
    }
}
